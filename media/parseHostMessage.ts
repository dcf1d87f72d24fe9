import { parseAttachment } from '../src/core/parseAttachment';
import type { HostToView } from '../src/protocol/hostToView';

type Members = Readonly<Record<string, unknown>>;

/**
 * Recognises a message of the host among whatever a page may be sent; undefined for anything else. The host is ours
 * and of the same version, so the outer shape decides; what is inside a patch is checked where it is applied.
 */
export function parseHostMessage(value: unknown): HostToView | undefined {
  return isRecord(value) && isWhole(value) ? (value as unknown as HostToView) : undefined;
}

function isWhole(message: Members): boolean {
  switch (message['type']) {
    case 'state':
      return isState(message['state']);
    case 'patch':
      return isPatch(message['patch']);
    case 'draft':
      return isDraft(message['draft']);
    case 'attach':
      return isPromptAttachment(message['attachment']);
    case 'prepareImage':
      return (
        isText(message['conversation']) &&
        isRecord(message['file']) &&
        isText(message['file']['name']) &&
        message['file']['data'] instanceof Uint8Array
      );
    case 'suggestions':
      return Number.isInteger(message['search']) && isListOf(message['items'], isSuggestion);
    case 'reply':
      return Number.isInteger(message['id']) && isTextOrNull(message['error']);
    case 'go':
      return isText(message['to']);
    case 'found':
      return Number.isInteger(message['search']) && isListOf(message['turns'], isFoundTurn);
    case 'sync':
    case 'focusComposer':
      return true;
    default:
      return false;
  }
}

function isState(value: unknown): boolean {
  return (
    isRecord(value) &&
    isRecord(value['conversation']) &&
    isText(value['conversation']['id']) &&
    isText(value['conversation']['title']) &&
    isText(value['key']) &&
    isTextOrNull(value['server']) &&
    isTextOrNull(value['modelLabel']) &&
    isTextOrNull(value['effortLabel']) &&
    isRecord(value['settings']) &&
    typeof value['isReadOnly'] === 'boolean' &&
    isTextOrNull(value['toolMode']) &&
    isTextOrNull(value['lastPrompt'])
  );
}

function isPatch(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['conversation']) &&
    Number.isInteger(value['seq']) &&
    typeof value['reset'] === 'boolean' &&
    (value['order'] === undefined || isListOf(value['order'], isOutline)) &&
    isListOf(value['turns'], isTurnPatch)
  );
}

function isOutline(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['id']) &&
    (value['role'] === 'user' || value['role'] === 'assistant') &&
    Number.isInteger(value['size'])
  );
}

function isFoundTurn(value: unknown): boolean {
  return isRecord(value) && isText(value['turn']) && Number.isInteger(value['count']);
}

function isSuggestion(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['kind']) &&
    isText(value['key']) &&
    isText(value['label']) &&
    isText(value['detail'])
  );
}

function isTurnPatch(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['turn']) &&
    (value['role'] === 'user' || value['role'] === 'assistant') &&
    Number.isInteger(value['from']) &&
    Number.isInteger(value['to']) &&
    isListOf(value['blocks'], isBlockPatch) &&
    (value['status'] === undefined || isStatus(value['status']))
  );
}

function isStatus(value: unknown): boolean {
  if (!isRecord(value) || !isText(value['kind'])) return false;
  return value['kind'] !== 'awaiting-approval' || isListOf(value['questions'], isRecord);
}

function isBlockPatch(value: unknown): boolean {
  return (
    isRecord(value) &&
    Number.isInteger(value['id']) &&
    Number.isInteger(value['at']) &&
    isText(value['text']) &&
    isText(value['state']) &&
    (value['head'] === undefined || (isRecord(value['head']) && isText(value['head']['kind'])))
  );
}

/** Also for what this view itself kept as its state. */
export function isDraft(value: unknown): boolean {
  return (
    isRecord(value) && isText(value['text']) && isListOf(value['attachments'], isPromptAttachment)
  );
}

function isPromptAttachment(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value['content']) &&
    parseAttachment(value['attachment']) !== undefined
  );
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
