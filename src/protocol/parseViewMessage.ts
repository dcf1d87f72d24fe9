import type { PromptAttachment } from '../core/conversation';
import type { ConversationCursor } from '../core/conversationPatch';
import type { Attachment } from '../core/contentBlock';
import { parseAttachment } from '../core/parseAttachment';
import type { TurnCursor } from '../core/turnPatch';
import type { AttachedFile, PreparedImage } from './attachedFile';
import { changeActions } from './changedFile';
import type { Draft } from './hostToView';
import { suggestionKinds, type Suggestion } from './suggestion';
import {
  toolDecisions,
  toolModes,
  viewCommands,
  type ViewCommand,
  type ViewToHost,
} from './viewToHost';

/** UTF-16 units. Generous: they bound what a broken or hostile view can make the host hold, nothing else. */
const maxText = 8_000_000;
const maxName = 8_192;
const maxItems = 100_000;
/** Bytes of a file. */
export const maxBytes = 64 * 1024 * 1024;

export type ParsedViewMessage =
  | { readonly ok: true; readonly message: ViewToHost }
  /** `problem` names the part that is wrong and never quotes content: it is for the log. */
  | { readonly ok: false; readonly problem: string };

/** Reads a message that came from a webview. Trusts nothing in it; never throws. */
export function parseViewMessage(value: unknown): ParsedViewMessage {
  try {
    return { ok: true, message: viewMessage(record(value, 'message')) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.message };
    return { ok: false, problem: 'unreadable message' };
  }
}

/** Reads a draft from where it was kept; undefined where it is none. */
export function parseDraft(value: unknown): Draft | undefined {
  try {
    return draft(value);
  } catch {
    // Whatever is wrong with it, a draft that cannot be read is no draft.
    return undefined;
  }
}

class Malformed extends Error {
  override readonly name = 'Malformed';
}

type Members = Readonly<Record<string, unknown>>;

function viewMessage(from: Members): ViewToHost {
  const type = from['type'];
  switch (type) {
    case 'ready':
      return { type, cursor: from['cursor'] === null ? null : cursor(from['cursor']) };
    case 'painted':
      return {
        type,
        seq: count(from['seq'], 'seq'),
        agoMs: list(from['agoMs'], 'agoMs').map((ago) => milliseconds(ago, 'agoMs')),
      };
    case 'want':
      return {
        type,
        conversation: text(from['conversation'], 'conversation', maxName),
        turns: list(from['turns'], 'turns').map((turn) => text(turn, 'turn', maxName)),
      };
    case 'find':
      return {
        type,
        search: count(from['search'], 'search'),
        conversation: text(from['conversation'], 'conversation', maxName),
        query: text(from['query'], 'query', maxName),
      };
    case 'send':
      return {
        type,
        id: count(from['id'], 'id'),
        draft: draft(from['draft']),
        ...conversation(from['conversation']),
        ...(from['confirmed'] === true ? { confirmed: true } : {}),
      };
    case 'attachFile':
      return {
        type,
        id: count(from['id'], 'id'),
        file: attachedFile(from['file']),
        ...conversation(from['conversation']),
      };
    case 'attachUris':
      return {
        type,
        id: count(from['id'], 'id'),
        uris: list(from['uris'], 'uris').map((uri) => text(uri, 'uri', maxName)),
        ...conversation(from['conversation']),
      };
    case 'suggest':
      return {
        type,
        search: count(from['search'], 'search'),
        typed: text(from['typed'], 'typed', maxName),
      };
    case 'attachSuggestion':
      return {
        type,
        id: count(from['id'], 'id'),
        suggestion: suggestion(from['suggestion']),
      };
    case 'stop':
      return { type, turn: from['turn'] === null ? null : text(from['turn'], 'turn', maxName) };
    case 'retryNow':
    case 'tryAgain':
    case 'continueTurn':
    case 'restore':
    case 'inspect':
      return { type, turn: text(from['turn'], 'turn', maxName) };
    case 'decideTool':
      return {
        type,
        turn: text(from['turn'], 'turn', maxName),
        call: text(from['call'], 'call', maxName),
        decision: oneOf(toolDecisions, from['decision'], 'decision'),
      };
    case 'stopTool':
    case 'reviewTool':
      return {
        type,
        turn: text(from['turn'], 'turn', maxName),
        call: text(from['call'], 'call', maxName),
      };
    case 'goOn':
      return {
        type,
        turn: text(from['turn'], 'turn', maxName),
        goesOn: flag(from['goesOn'], 'goesOn'),
      };
    case 'change':
      return {
        type,
        action: oneOf(changeActions, from['action'], 'action'),
        file: from['file'] === null ? null : text(from['file'], 'file', maxName),
        conversation: text(from['conversation'], 'conversation', maxName),
      };
    case 'setToolMode':
      return {
        type,
        conversation: text(from['conversation'], 'conversation', maxName),
        mode: oneOf(toolModes, from['mode'], 'mode'),
      };
    case 'setCompaction':
      return {
        type,
        turn: text(from['turn'], 'turn', maxName),
        compaction: from['compaction'] === 'undone' ? 'undone' : 'active',
      };
    case 'editSummary':
      return {
        type,
        turn: text(from['turn'], 'turn', maxName),
        text: text(from['text'], 'text', maxText),
      };
    case 'run':
      return { type, command: command(from['command']) };
    case 'openLink':
      return { type, href: text(from['href'], 'href', maxName) };
    case 'openAttachment':
      return { type, attachment: promptAttachment(from['attachment']) };
    case 'openBlock':
      return {
        type,
        turn: text(from['turn'], 'turn', maxName),
        block: count(from['block'], 'block'),
      };
    case 'copy':
    case 'insertCode':
    case 'previewDiagram':
      return { type, text: text(from['text'], 'text', maxText) };
    case 'applyCode':
      return {
        type,
        text: text(from['text'], 'text', maxText),
        info: text(from['info'], 'info', maxName),
        before: text(from['before'], 'before', maxName),
      };
    case 'newFile':
      return {
        type,
        text: text(from['text'], 'text', maxText),
        language: text(from['language'], 'language', maxName),
      };
    case 'draft':
      return { type, draft: draft(from['draft']), ...conversation(from['conversation']) };
    case 'viewError':
      return { type, message: text(from['message'], 'message', maxText).slice(0, maxName) };
    default:
      throw new Malformed('unknown type');
  }
}

function conversation(value: unknown): { conversation?: string } {
  return value === undefined ? {} : { conversation: text(value, 'conversation', maxName) };
}

function cursor(value: unknown): ConversationCursor {
  const from = record(value, 'cursor');
  const turns = Object.entries(record(from['turns'], 'cursor.turns'));
  if (turns.length > maxItems) throw new Malformed('cursor.turns is too long');
  return {
    conversation: text(from['conversation'], 'cursor.conversation', maxName),
    // `fromEntries` defines members, so that a turn called `__proto__` is a member like any other.
    turns: Object.fromEntries(turns.map(([id, turn]) => [id, turnCursor(turn)])),
  };
}

function turnCursor(value: unknown): TurnCursor {
  const from = record(value, 'turn cursor');
  const revision = from['revision'];
  if (!Number.isSafeInteger(revision) || typeof revision !== 'number' || revision < -1) {
    throw new Malformed('revision is no whole number from -1');
  }
  return { revision, seen: list(from['seen'], 'seen').map((length) => count(length, 'seen')) };
}

function draft(value: unknown): Draft {
  const from = record(value, 'draft');
  return {
    text: text(from['text'], 'draft.text', maxText),
    attachments: list(from['attachments'], 'draft.attachments').map(promptAttachment),
  };
}

function promptAttachment(value: unknown): PromptAttachment {
  const from = record(value, 'attachment');
  return {
    attachment: attachment(from['attachment']),
    content: text(from['content'], 'attachment.content', maxText),
  };
}

function attachment(value: unknown): Attachment {
  const parsed = parseAttachment(value);
  if (parsed === undefined) throw new Malformed('attachment is none');
  return parsed;
}

function attachedFile(value: unknown): AttachedFile {
  const from = record(value, 'file');
  const { image } = from;
  return {
    name: text(from['name'], 'file.name', maxName),
    uri: text(from['uri'], 'file.uri', maxName),
    data: bytes(from['data'], 'file.data'),
    ...(image === undefined ? {} : { image: preparedImage(image) }),
  };
}

function preparedImage(value: unknown): PreparedImage {
  const from = record(value, 'file.image');
  const { small } = from;
  return {
    data: bytes(from['data'], 'file.image.data'),
    ...(small === undefined ? {} : { small: bytes(small, 'file.image.small') }),
  };
}

function suggestion(value: unknown): Suggestion {
  const from = record(value, 'suggestion');
  const kind = suggestionKinds.find((known) => known === from['kind']);
  if (kind === undefined) throw new Malformed('unknown kind of suggestion');
  return {
    kind,
    key: text(from['key'], 'suggestion.key', maxName),
    label: text(from['label'], 'suggestion.label', maxName),
    detail: text(from['detail'], 'suggestion.detail', maxName),
  };
}

function bytes(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Malformed(`${name} is no bytes`);
  if (value.byteLength > maxBytes) throw new Malformed(`${name} is too long`);
  return value;
}

function command(value: unknown): ViewCommand {
  const known = viewCommands.find((name) => name === value);
  if (known === undefined) throw new Malformed('unknown command');
  return known;
}

function oneOf<T>(known: readonly T[], value: unknown, name: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Malformed(`unknown ${name}`);
  return found;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new Malformed(`${name} is no boolean`);
  return value;
}

function record(value: unknown, name: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`${name} is no object`);
  }
  return value as Members;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${name} is no list`);
  if (value.length > maxItems) throw new Malformed(`${name} is too long`);
  return value;
}

function text(value: unknown, name: string, longest: number): string {
  if (typeof value !== 'string') throw new Malformed(`${name} is no text`);
  if (value.length > longest) throw new Malformed(`${name} is too long`);
  return value;
}

function milliseconds(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new Malformed(`${name} is no time`);
  }
  return value;
}

function count(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`${name} is no whole number from 0`);
  }
  return value;
}
