import type { BlockHead, BlockState, ToolAttachment, ToolFate } from './contentBlock';
import { isJsonObject, numberMember, parseJson, stringMember, type JsonObject } from './json';
import { parseAttachment } from './parseAttachment';
import type { TurnMeta } from './turnMeta';
import type { BlockPatch, TurnPatch } from './turnPatch';
import type { TurnStatus } from './turnStatus';

/** The version written; a file with a newer one is left alone and said so. */
export const journalVersion = 1;

/** A block's patch with what only the wire needs again: kept byte-exact (API: preserved thinking). */
export interface JournalBlock extends BlockPatch {
  readonly raw?: JsonObject;
  readonly signature?: string;
  readonly citations?: readonly JsonObject[];
  readonly unknownDeltas?: readonly JsonObject[];
}

export interface JournalPatch extends Omit<TurnPatch, 'blocks'> {
  readonly blocks: readonly JournalBlock[];
}

/**
 * One line of a conversation's journal. The journal is a reader like any other: its lines are patches, and replaying
 * them gives the conversation.
 */
export type JournalRecord =
  | { readonly kind: 'conversation'; readonly id: string; readonly createdAt: number }
  | { readonly kind: 'title'; readonly title: string }
  /** All turns in order; written when one was taken away. */
  | { readonly kind: 'order'; readonly turns: readonly string[] }
  | { readonly kind: 'patch'; readonly patch: JournalPatch };

/** One line, its end included. JSON has no raw newlines, so a line is a record. */
export function encodeJournalRecord(record: JournalRecord): string {
  return `${JSON.stringify({ v: journalVersion, ...record })}\n`;
}

/** Reads one line; undefined for one that is torn, corrupt, or of a version or kind this one does not know. */
export function decodeJournalRecord(line: string): JournalRecord | undefined {
  const value = parseJson(line);
  if (!isJsonObject(value) || value['v'] !== journalVersion) return undefined;
  switch (value['kind']) {
    case 'conversation': {
      const id = stringMember(value, 'id');
      const createdAt = numberMember(value, 'createdAt');
      return id === undefined || createdAt === undefined
        ? undefined
        : { kind: 'conversation', id, createdAt };
    }
    case 'title': {
      const title = stringMember(value, 'title');
      return title === undefined ? undefined : { kind: 'title', title };
    }
    case 'order': {
      const turns = value['turns'];
      return isStringArray(turns) ? { kind: 'order', turns } : undefined;
    }
    case 'patch': {
      const patch = decodePatch(value['patch']);
      return patch === undefined ? undefined : { kind: 'patch', patch };
    }
    default:
      return undefined;
  }
}

/** Whether a line that could not be read was written by a newer version, and so is not damaged. */
export function isOfNewerVersion(line: string): boolean {
  const value = parseJson(line);
  return isJsonObject(value) && (numberMember(value, 'v') ?? 0) > journalVersion;
}

function decodePatch(value: unknown): JournalPatch | undefined {
  if (!isJsonObject(value)) return undefined;
  const turn = stringMember(value, 'turn');
  const role = value['role'];
  const createdAt = numberMember(value, 'createdAt');
  const from = numberMember(value, 'from');
  const to = numberMember(value, 'to');
  const blocks = Array.isArray(value['blocks']) ? value['blocks'].map(decodeBlock) : undefined;
  if (turn === undefined || createdAt === undefined || from === undefined || to === undefined) {
    return undefined;
  }
  if ((role !== 'user' && role !== 'assistant') || !blocks?.every((b) => b !== undefined)) {
    return undefined;
  }
  const status = value['status'];
  const meta = value['meta'];
  return {
    turn,
    role,
    createdAt,
    from,
    to,
    blocks,
    elapsedMs: numberMember(value, 'elapsedMs') ?? 0,
    statusAgeMs: numberMember(value, 'statusAgeMs') ?? 0,
    ...(isTurnStatus(status) ? { status } : {}),
    ...(isTurnMeta(meta) ? { meta } : {}),
  };
}

function decodeBlock(value: unknown): JournalBlock | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = numberMember(value, 'id');
  const attempt = numberMember(value, 'attempt');
  const at = numberMember(value, 'at');
  const text = stringMember(value, 'text');
  const state = value['state'];
  const head = value['head'];
  if (id === undefined || attempt === undefined || at === undefined || text === undefined) {
    return undefined;
  }
  if (!isBlockState(state) || (head !== undefined && !isBlockHead(head))) return undefined;
  const raw = value['raw'];
  const signature = stringMember(value, 'signature');
  const closedMs = numberMember(value, 'closedMs');
  const citations = value['citations'];
  const unknownDeltas = value['unknownDeltas'];
  return {
    id,
    attempt,
    at,
    text,
    state,
    openedMs: numberMember(value, 'openedMs') ?? 0,
    ...(head === undefined ? {} : { head }),
    ...(closedMs === undefined ? {} : { closedMs }),
    ...(isJsonObject(raw) ? { raw } : {}),
    ...(signature === undefined ? {} : { signature }),
    ...(isObjectArray(citations) ? { citations } : {}),
    ...(isObjectArray(unknownDeltas) ? { unknownDeltas } : {}),
  };
}

const blockStates: readonly unknown[] = ['open', 'closed', 'cut', 'dropped'] satisfies BlockState[];

function isBlockState(value: unknown): value is BlockState {
  return blockStates.includes(value);
}

function isBlockHead(value: unknown): value is BlockHead {
  if (!isJsonObject(value)) return false;
  const hasString = (name: string): boolean => typeof value[name] === 'string';
  switch (value['kind']) {
    case 'text':
    case 'thinking':
    case 'redacted_thinking':
      return true;
    case 'tool_use':
    case 'server_tool_use':
      return hasString('toolUseId') && hasString('name');
    case 'server_tool_result': {
      const { isError } = value;
      return (
        hasString('toolUseId') && hasString('type') && (isError === undefined || isError === true)
      );
    }
    case 'tool_run':
      return hasString('toolUseId');
    case 'tool_result':
      return (
        hasString('toolUseId') &&
        toolFates.includes(value['fate']) &&
        Array.isArray(value['attachments']) &&
        value['attachments'].every(isToolAttachment) &&
        (value['exitCode'] === undefined || numberMember(value, 'exitCode') !== undefined)
      );
    case 'unknown':
      return hasString('type');
    case 'attachment':
      return parseAttachment(value['attachment']) !== undefined;
    default:
      return false;
  }
}

const toolFates: readonly unknown[] = [
  'done',
  'failed',
  'refused',
  'denied',
  'stopped',
  'not-run',
  'unknown',
] satisfies ToolFate[];

function isToolAttachment(value: unknown): value is ToolAttachment {
  if (!isJsonObject(value) || !isJsonObject(value['blob'])) return false;
  const { sha256, mediaType, size } = value['blob'];
  const isRef =
    typeof sha256 === 'string' && typeof mediaType === 'string' && typeof size === 'number';
  const { kind, name } = value;
  return isRef && (kind === 'image' || (kind === 'pdf' && typeof name === 'string'));
}

function isTurnStatus(value: unknown): value is TurnStatus {
  if (!isJsonObject(value)) return false;
  switch (value['kind']) {
    case 'awaiting-approval':
      // Nobody is asked again: it is over with the window.
      return Array.isArray(value['questions']);
    case 'queued':
    case 'running-tools':
    case 'stopped':
      return true;
    case 'connecting':
    case 'streaming':
      return typeof value['attempt'] === 'number';
    case 'waiting':
      return (
        typeof value['attempt'] === 'number' &&
        typeof value['retryInMs'] === 'number' &&
        isFailure(value['cause'])
      );
    case 'complete':
      return typeof value['stopReason'] === 'string';
    case 'paused':
    case 'failed':
      return isFailure(value['cause']);
    case 'interrupted':
      return isFailure(value['cause']) && typeof value['resumable'] === 'boolean';
    default:
      return false;
  }
}

/** The parts that anything depends on; an unknown `kind` or `action` only changes the words shown. */
function isFailure(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    typeof value['kind'] === 'string' &&
    typeof value['retryable'] === 'boolean' &&
    typeof value['action'] === 'string'
  );
}

/** Every member of the figures is optional and shown only; their shapes are checked where they are shown. */
function isTurnMeta(value: unknown): value is TurnMeta {
  return isJsonObject(value);
}

function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObjectArray(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every(isJsonObject);
}
