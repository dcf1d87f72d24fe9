import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { continuationPrompt } from './continuationPrompt';
import { blockParam, isThinking, serverToolIds } from './messageHistory';
import { unsendableEnd } from './seamContext';
import { toolCallInput } from './toolCallInput';
import type { TurnBlock } from './turnDocument';
import { wellFormed } from './wellFormed';

/** What is common to all ways of going on with an answer that was cut. */
interface Kept {
  /** Ids of the blocks of which nothing is kept: the document drops them. */
  readonly droppedIds: readonly number[];
  /** What of the answer is sent back, in order. */
  readonly assistantContent: readonly ContentBlockParam[];
}

/** The end of what was kept, for the {@link SeamJoiner} that joins the continuation to it. */
interface KeptText {
  /** The text that the continuation goes on with; '' where what is kept does not end with text. */
  readonly kept: string;
  /** UTF-16 units at its end that the model is not sent. */
  readonly unsentLength: number;
}

/** How to go on with an answer whose stream was cut (API: error recovery). */
export type ResumePlan =
  /** Nothing useful is there: the same request again. */
  | { readonly kind: 'resend'; readonly droppedIds: readonly number[] }
  /** The same request with what is kept as the beginning of the answer. */
  | ({ readonly kind: 'prefill' } & Kept & KeptText)
  /** The same request, then what is kept as the assistant's turn, then `userText` as the person's. */
  | ({ readonly kind: 'continue'; readonly userText: string } & Kept & KeptText)
  /** Whole tool calls are there: they are run, and the results answer what is kept. Never the same request again. */
  | ({ readonly kind: 'runTools' } & Kept);

export interface ResumeOptions {
  /**
   * Whether the request may end with the beginning of the answer: the model takes one (`acceptsPrefill`), and the
   * request asks for neither thinking nor an output format, with which no model does.
   */
  readonly prefill: boolean;
}

/**
 * Decides what of a cut answer is kept, and how the next request goes on with it. Blocks that ended stay; thinking and
 * tool calls that did not end go, text that did not end stays.
 *
 * @param blocks All blocks of the answer so far, those of earlier attempts that were kept included.
 */
export function resumePlan(blocks: readonly TurnBlock[], options: ResumeOptions): ResumePlan {
  const pieces = usefulPieces(blocks);
  const lastCall = pieces.findLastIndex(({ param }) => param.type === 'tool_use');
  if (lastCall >= 0) {
    // Text after a call is cut off or beside the point, and the results must follow the calls.
    return { kind: 'runTools', ...keep(blocks, pieces.slice(0, lastCall + 1)) };
  }
  // Thinking that led to nothing may not end a message.
  const last = pieces.findLastIndex(({ param }) => !isThinking(param));
  const end = pieces[last];
  if (end === undefined) return { kind: 'resend', droppedIds: keep(blocks, []).droppedIds };

  const useful = pieces.slice(0, last + 1);
  const { assistantContent, droppedIds } = keep(blocks, useful);
  const kept = endText(useful);
  const unsentLength = unsendableEnd(kept, options.prefill);
  const sent = kept.slice(0, kept.length - unsentLength);
  const content = {
    assistantContent: [...assistantContent.slice(0, -1), withoutEnd(end, unsentLength)],
    droppedIds,
    kept,
    unsentLength,
  };
  return options.prefill
    ? { kind: 'prefill', ...content }
    : { kind: 'continue', userText: continuationPrompt(sent), ...content };
}

/** A content block as it is sent, and the blocks of the document that it is made of. */
interface Piece {
  readonly blocks: readonly TurnBlock[];
  readonly param: ContentBlockParam;
}

function usefulPieces(blocks: readonly TurnBlock[]): Piece[] {
  const present = blocks.filter(({ state }) => state !== 'dropped');
  const resultIds = serverToolIds(present, 'server_tool_result');
  const callIds = serverToolIds(present, 'server_tool_use');
  const pieces: Piece[] = [];
  for (const block of present) {
    if (isPlainText(block)) {
      // Text that was cut and its continuation are one text: the model reads a word between them as one.
      const last = pieces.at(-1);
      const joins = last?.blocks.every(isPlainText) === true;
      const parts = joins ? [...last.blocks, block] : [block];
      pieces.splice(joins ? -1 : pieces.length, 1, {
        blocks: parts,
        param: { type: 'text', text: wellFormed(textOf(parts)) },
      });
      continue;
    }
    const param =
      block.head.kind === 'tool_use' ? toolCall(block) : blockParam(block, resultIds, callIds);
    if (param === undefined) continue;
    // Thinking is bound to all that came before it (API: preserved thinking), and before that of a later attempt came a
    // turn that no other request repeats.
    const first = pieces[0]?.blocks[0] ?? block;
    if (!isThinking(param) || block.attempt === first.attempt)
      pieces.push({ blocks: [block], param });
  }
  // White space and half a character are nothing that can be sent.
  return pieces.filter(({ blocks: parts, param }) => {
    const text = textOf(parts);
    return param.type !== 'text' || unsendableEnd(text, true) < text.length;
  });
}

/** Neighbouring texts are one text, which citations cut into pieces. */
function endText(pieces: readonly Piece[]): string {
  const before = pieces.findLastIndex(({ param }) => param.type !== 'text');
  return textOf(pieces.slice(before + 1).flatMap((piece) => piece.blocks));
}

function withoutEnd({ blocks, param }: Piece, length: number): ContentBlockParam {
  if (param.type !== 'text' || length === 0) return param;
  return { ...param, text: wellFormed(textOf(blocks).slice(0, -length)) };
}

function isPlainText(block: TurnBlock): boolean {
  return block.head.kind === 'text' && (block.state !== 'closed' || block.citations.length === 0);
}

function textOf(blocks: readonly TurnBlock[]): string {
  return blocks.map(({ text }) => text.toString()).join('');
}

/** A call that can be run: it ended, and its input is the JSON object that the API promises. */
function toolCall(block: TurnBlock): ContentBlockParam | undefined {
  const { head } = block;
  const input = toolCallInput(block);
  return head.kind === 'tool_use' && input !== undefined
    ? { type: 'tool_use', id: head.toolUseId, name: head.name, input }
    : undefined;
}

function keep(blocks: readonly TurnBlock[], pieces: readonly Piece[]): Kept {
  const kept = new Set(pieces.flatMap((piece) => piece.blocks));
  return {
    assistantContent: pieces.map(({ param }) => param),
    droppedIds: blocks
      .filter((block) => block.state !== 'dropped' && !kept.has(block))
      .map(({ id }) => id),
  };
}
