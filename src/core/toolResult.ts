import type {
  DocumentBlockParam,
  ImageBlockParam,
  TextBlockParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { blobPlaceholder } from './blob';
import type { ToolAttachment } from './contentBlock';
import type { TurnBlock } from './turnDocument';
import { wellFormed } from './wellFormed';

/** UTF-16 units of one result that the model reads at most; the person has all of it. */
const mostForModel = 50_000;
/** Of these, so many are its end: errors stand there. */
const endForModel = 20_000;

/** What the model reads of a call that did not come to an end by itself. */
export const resultTexts = {
  invalidJson: 'Not run: the input is not valid JSON. Send the call again with valid JSON.',
  unknownTool: 'Not run: there is no tool of this name.',
  untrusted: 'Not run: the workspace is not trusted, so no tool may run in it.',
  plan: 'Not run: the person chose plan mode, in which nothing may be changed. Only read, and describe what you would do.',
  rule: 'Not run: a rule of the person denies this. Do not try it in another way.',
  denied: 'Not run: the person denied it. Do not try it in another way; ask them how to go on.',
  stopped: 'The person stopped it while it ran. What it had done until then may stand.',
  stoppedBefore: 'Not run: the person stopped the answer.',
  cutShort: 'Not run: the answer ended before the call could be run.',
  unknownOutcome:
    'The editor ended while this ran. Whether it was done is not known: look before you do it again.',
  bug: 'It failed with an internal error.',
} as const;

/** The text of a result as the model gets it: the beginning and the end of one that is too long. */
export function cappedForModel(text: string): string {
  if (text.length <= mostForModel) return text;
  const left = text.length - mostForModel;
  const start = text.slice(0, mostForModel - endForModel);
  return `${start}\n\n[… ${left} characters are left out here …]\n\n${text.slice(-endForModel)}`;
}

/** A result as it goes to the model: the same bytes each time. */
export function toolResultParam(block: TurnBlock): ToolResultBlockParam | undefined {
  const { head, text } = block;
  if (head.kind !== 'tool_result') return undefined;
  return resultParam(head.toolUseId, text.toString(), head.fate !== 'done', head.attachments);
}

/** The result of a call that has none in its turn: the window closed in between. */
export function missingResultParam(toolUseId: string, hasBegun: boolean): ToolResultBlockParam {
  const text = hasBegun ? resultTexts.unknownOutcome : resultTexts.cutShort;
  return resultParam(toolUseId, text, true, []);
}

function resultParam(
  toolUseId: string,
  text: string,
  isError: boolean,
  attachments: readonly ToolAttachment[],
): ToolResultBlockParam {
  const texts: TextBlockParam[] =
    text.trim() === '' ? [] : [{ type: 'text', text: wellFormed(text) }];
  const content = [...texts, ...attachments.map(attachmentParam)];
  return {
    type: 'tool_result',
    tool_use_id: toolUseId,
    content: content.length > 0 ? content : [{ type: 'text', text: '(no output)' }],
    ...(isError ? { is_error: true } : {}),
  };
}

function attachmentParam(attachment: ToolAttachment): ImageBlockParam | DocumentBlockParam {
  const data = blobPlaceholder(attachment.blob);
  if (attachment.kind === 'pdf') {
    return {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data },
      title: attachment.name,
    };
  }
  // The API says which types it takes; one that it does not is its error to tell.
  const mediaType = attachment.blob.mediaType as 'image/png';
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
}
