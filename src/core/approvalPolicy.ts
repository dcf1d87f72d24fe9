import { assertNever } from './assertNever';
import { matchesGlob } from './glob';
import { parseShellCommand, type ShellCommand } from './shellCommand';
import type { ToolEffect, ToolPath, ToolSubject } from './tool';

/**
 * `ask` before whatever is not reading, `plan` only reads, `edit` changes files of the workspace freely and asks about
 * all else.
 */
export type ToolMode = 'ask' | 'plan' | 'edit';

/**
 * What is allowed or denied without asking. All members that are there must match; a rule without `path`, `command` and
 * `host` is about every call of the tool.
 */
export interface ApprovalRule {
  readonly decision: 'allow' | 'deny';
  /** A tool's name, or `*`. */
  readonly tool: string;
  /** A glob (`**`, `*`, `?`) over the path as {@link ToolPath.path} has it. */
  readonly path?: string;
  /** The words with which a command begins. */
  readonly command?: string;
  /** The name of a server. */
  readonly host?: string;
}

export type DenyReason = 'untrusted' | 'plan' | 'rule';
export type AskReason = 'effect' | 'outside' | 'secret' | 'protected' | 'compound';

export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reason: DenyReason }
  | {
      readonly kind: 'ask';
      readonly reason: AskReason;
      /** The rules that would have allowed it; empty where it is always asked. */
      readonly grants: readonly ApprovalRule[];
    };

export interface ApprovalRequest {
  readonly tool: string;
  readonly effect: ToolEffect;
  readonly subject: ToolSubject;
}

export interface ApprovalContext {
  readonly mode: ToolMode;
  readonly isTrusted: boolean;
  readonly rules: readonly ApprovalRule[];
}

/**
 * What may decide later what runs without being asked: the editor's settings and tasks, Git's hooks. A change of these
 * is always asked.
 */
const protectedPaths = ['.vscode/**', '**/.git/**', '.git/**', '**/.vscode/**', '*.code-workspace'];

/**
 * Decides about one call. In this order: nothing runs in an untrusted workspace; what a rule denies is denied; a plan
 * only reads; secrets, protected files and commands that are not plain are asked whatever the rules say; then rules
 * allow; then the mode.
 */
export function decideCall(request: ApprovalRequest, context: ApprovalContext): Verdict {
  if (!context.isTrusted) return { kind: 'deny', reason: 'untrusted' };
  const rules = context.rules.filter(({ tool }) => tool === '*' || tool === request.tool);
  const { effect, subject } = request;
  const matters = mattersOf(subject);
  const denies = rules.filter(({ decision }) => decision === 'deny');
  if (matters.some((matter) => denies.some((rule) => matches(rule, matter)))) {
    return { kind: 'deny', reason: 'rule' };
  }
  if (effect === 'ask') return { kind: 'allow' };
  if (context.mode === 'plan' && effect !== 'read') return { kind: 'deny', reason: 'plan' };

  const always = alwaysAsked(effect, subject);
  if (always !== undefined) return { kind: 'ask', reason: always, grants: [] };
  const allows = rules.filter(({ decision }) => decision === 'allow');
  const open = matters.filter(
    (matter) => !isFree(effect, matter, context.mode) && !allows.some((r) => matches(r, matter)),
  );
  if (open.length === 0) return { kind: 'allow' };
  const isOutside = open.some((matter) => matter.kind === 'path' && !matter.path.inWorkspace);
  return {
    kind: 'ask',
    reason: isOutside ? 'outside' : 'effect',
    grants: open.map((matter) => grantFor(request.tool, matter)),
  };
}

/** Reads a rule from a setting; undefined where it is none. A rule that is not understood must not allow anything. */
export function parseApprovalRule(value: unknown): ApprovalRule | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { decision, tool, path, command, host, ...rest } = value as Record<string, unknown>;
  if (decision !== 'allow' && decision !== 'deny') return undefined;
  if (typeof tool !== 'string' || Object.keys(rest).length > 0) return undefined;
  const isText = (member: unknown): member is string | undefined =>
    member === undefined || (typeof member === 'string' && member.trim() !== '');
  if (!isText(path) || !isText(command) || !isText(host)) return undefined;
  return {
    decision,
    tool,
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command }),
    ...(host === undefined ? {} : { host }),
  };
}

/** One of the things that a call is about: all of them must be allowed. */
type Matter =
  | { readonly kind: 'whole' }
  | { readonly kind: 'path'; readonly path: ToolPath }
  | { readonly kind: 'command'; readonly words: readonly string[] }
  | { readonly kind: 'host'; readonly host: string };

function mattersOf(subject: ToolSubject): readonly Matter[] {
  switch (subject.kind) {
    case 'none':
      return [{ kind: 'whole' }];
    case 'paths':
      return subject.paths.length === 0
        ? [{ kind: 'whole' }]
        : subject.paths.map((path) => ({ kind: 'path', path }));
    case 'command': {
      const { commands } = parseShellCommand(subject.command);
      return commands.length === 0
        ? [{ kind: 'whole' }]
        : commands.map((words) => ({ kind: 'command', words }));
    }
    case 'url':
      return [{ kind: 'host', host: hostOf(subject.url) }];
    default:
      return assertNever(subject);
  }
}

function matches(rule: ApprovalRule, matter: Matter): boolean {
  const isForAll = rule.path === undefined && rule.command === undefined && rule.host === undefined;
  if (isForAll) return true;
  switch (matter.kind) {
    case 'whole':
      return false;
    case 'path':
      return (
        rule.command === undefined &&
        rule.host === undefined &&
        matchesGlob(rule.path ?? '', matter.path.path)
      );
    case 'command':
      return (
        rule.path === undefined && rule.host === undefined && beginsWith(matter.words, rule.command)
      );
    case 'host':
      return rule.path === undefined && rule.command === undefined && rule.host === matter.host;
    default:
      return assertNever(matter);
  }
}

function beginsWith(words: readonly string[], command: string | undefined): boolean {
  const prefix = plainWords(parseShellCommand(command ?? ''));
  return prefix !== undefined && prefix.every((word, i) => words[i] === word);
}

/** The words of a command that is one and plain. */
function plainWords({ commands, isPlain }: ShellCommand): readonly string[] | undefined {
  return isPlain && commands.length === 1 ? commands[0] : undefined;
}

function alwaysAsked(effect: ToolEffect, subject: ToolSubject): AskReason | undefined {
  switch (subject.kind) {
    case 'paths':
      if (subject.paths.some(({ isSecret }) => isSecret)) return 'secret';
      return effect !== 'read' && subject.paths.some(isProtected) ? 'protected' : undefined;
    case 'command':
      return parseShellCommand(subject.command).isPlain ? undefined : 'compound';
    case 'none':
    case 'url':
      return undefined;
    default:
      return assertNever(subject);
  }
}

function isProtected({ path }: ToolPath): boolean {
  // A file system that knows no case has the same file under other names.
  return protectedPaths.some((pattern) => matchesGlob(pattern, path.toLowerCase()));
}

function isFree(effect: ToolEffect, matter: Matter, mode: ToolMode): boolean {
  switch (effect) {
    case 'read':
      return matter.kind === 'whole' || (matter.kind === 'path' && matter.path.inWorkspace);
    case 'edit':
      return mode === 'edit' && matter.kind === 'path' && matter.path.inWorkspace;
    case 'execute':
    case 'network':
      return false;
    case 'ask':
      return true;
    default:
      return assertNever(effect);
  }
}

function grantFor(tool: string, matter: Matter): ApprovalRule {
  switch (matter.kind) {
    case 'whole':
      return { decision: 'allow', tool };
    case 'path':
      return { decision: 'allow', tool, path: escapeGlob(matter.path.path) };
    case 'command':
      return { decision: 'allow', tool, command: matter.words.map(quoted).join(' ') };
    case 'host':
      return { decision: 'allow', tool, host: matter.host };
    default:
      return assertNever(matter);
  }
}

/** `?` stands for any character, itself included: a path with a `*` in its name is matched by it alone. */
function escapeGlob(path: string): string {
  return path.replaceAll('*', '?');
}

function quoted(word: string): string {
  return /^[^\s"']+$/.test(word) ? word : word.includes('"') ? `'${word}'` : `"${word}"`;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    // No rule names it, so it is asked.
    return url;
  }
}
