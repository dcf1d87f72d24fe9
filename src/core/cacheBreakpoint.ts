import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';

/** Every so many blocks a mark: fewer than the 20 in which the cache looks for what it has (API: prompt caching). */
const markEvery = 19;
/** Of the API's four; the request's own mark at its end is the fourth. */
const mostMarks = 3;

/**
 * The messages with marks for the cache, where there are so many blocks that the mark at the end would not find what
 * the request before wrote: in long tool loops. Places are counted from the beginning, so that a mark stays where it was
 * while the loop goes on. What is marked changes nothing of what the model reads, or of what thinking is bound to.
 */
export function withCacheBreakpoints(messages: readonly MessageParam[]): MessageParam[] {
  const total = messages.reduce((sum, message) => sum + blocksIn(message), 0);
  const last = Math.floor((total - 1) / markEvery);
  const first = Math.max(1, last - mostMarks + 1);
  let before = 0;
  return messages.map((message) => {
    const start = before;
    before += blocksIn(message);
    const { role, content } = message;
    if (typeof content === 'string') return message;
    let marked: ContentBlockParam[] | undefined;
    for (let mark = first; mark <= last; mark++) {
      const at = mark * markEvery - 1 - start;
      if (at < 0 || at >= content.length) continue;
      const place = content.findLastIndex((block, i) => i <= at && isMarkable(block));
      marked = (marked ?? [...content]).map((block, i) => (i === place ? withMark(block) : block));
    }
    return marked === undefined ? message : ({ role, content: marked } as MessageParam);
  });
}

function blocksIn({ content }: MessageParam): number {
  return typeof content === 'string' ? 1 : content.length;
}

function withMark(block: ContentBlockParam): ContentBlockParam {
  return { ...block, cache_control: { type: 'ephemeral' } } as ContentBlockParam;
}

/** Thinking cannot be marked (API: prompt caching). */
function isMarkable(block: ContentBlockParam): boolean {
  return ['text', 'tool_use', 'tool_result', 'image', 'document'].includes(block.type);
}
