import fc from 'fast-check';
import type { BlockHead } from '../../src/core/contentBlock';
import type { JsonObject } from '../../src/core/json';
import { serverToolResult } from '../../src/core/serverToolResult';
import type { SseFrame } from '../../src/core/sseFrame';

/** What the document must hold of one block once its stream has been read. */
export interface ExpectedBlock {
  readonly head: BlockHead;
  readonly raw: JsonObject;
  readonly text: string;
  readonly signature: string | undefined;
  readonly citations: readonly JsonObject[];
  readonly unknownDeltas: readonly JsonObject[];
}

/** One block: its events' payloads without the index, and what comes of them. */
interface BlockScript {
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
  readonly expected: ExpectedBlock;
}

/** A message as a server that keeps to the protocol sends it. */
export interface MessageScript {
  readonly id: string;
  readonly model: string;
  /** The data of every event, in order. */
  readonly events: readonly JsonObject[];
  /** In the order in which the blocks open. */
  readonly blocks: readonly ExpectedBlock[];
  readonly stopReason: string;
  readonly outputTokens: number;
}

/** How one event is written down as lines; every way means the same (WHATWG HTML, "Server-sent events"). */
interface FrameStyle {
  readonly eventLine: boolean;
  readonly spaceAfterColon: boolean;
  /** The JSON over several `data:` lines. */
  readonly pretty: boolean;
  /** Everything beyond ASCII as `\u` escapes. */
  readonly escaped: boolean;
  readonly comment: boolean;
  readonly otherFields: boolean;
}

/** A stream of bytes and the frames it must decode to. */
export interface ByteStream {
  readonly frames: readonly SseFrame[];
  readonly bytes: Uint8Array;
}

const specialTexts = [
  '😀',
  '👩‍👩‍👧‍👦',
  '🇪🇸',
  '👍🏽',
  'e\u0301',
  '你好，世界',
  '日本語テキスト',
  '𠮷野家',
  'مرحبا بالعالم',
  '\n',
  '\r\n',
  '\n\n',
  '\t',
  '\u0000',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ufffd',
  '"quoted" \\ back',
  '\\u0041',
  'data: x',
  ': comment',
  'event: ping',
  '```ts\n',
  '| a | b |\n|---|---|\n',
  '<script>alert(1)</script>',
  '{}',
] as const;

/** Text as models write it, with everything that has ever broken a decoder. */
export const wellFormedText = fc
  .array(fc.oneof(fc.constantFrom(...specialTexts), fc.string({ unit: 'binary', maxLength: 12 })), {
    maxLength: 10,
  })
  .map((parts) => parts.join(''));

/** A text in pieces cut anywhere between UTF-16 units: inside pairs, with empty pieces, or in one. */
function piecesOf(text: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc
    .tuple(text, fc.array(fc.nat(), { maxLength: 8 }))
    .map(([whole, cuts]) => cut(whole, cuts));
}

function cut(whole: string, cuts: readonly number[]): string[] {
  const offsets = cuts.map((n) => n % (whole.length + 1)).sort((a, b) => a - b);
  return [...offsets, whole.length].map((end, i) => whole.slice(offsets[i - 1] ?? 0, end));
}

const citation: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  {
    type: 'char_location',
    cited_text: 'a 😀',
    document_index: 0,
    document_title: null,
    start_char_index: 0,
    end_char_index: 20,
    file_id: null,
  },
  {
    type: 'page_location',
    cited_text: 'b',
    document_index: 1,
    document_title: 'T',
    start_page_number: 1,
    end_page_number: 2,
  },
  {
    type: 'content_block_location',
    cited_text: 'c',
    document_index: 0,
    start_block_index: 0,
    end_block_index: 1,
  },
  {
    type: 'web_search_result_location',
    url: 'https://example.com/',
    title: 'E',
    encrypted_index: 'Eo8B',
    cited_text: 'd',
  },
  {
    type: 'search_result_location',
    source: 's',
    title: null,
    cited_text: 'e',
    search_result_index: 0,
  },
);

const textBlock: fc.Arbitrary<BlockScript> = fc
  .tuple(
    piecesOf(wellFormedText),
    fc.array(citation, { maxLength: 2 }),
    fc.constantFrom('', 'Already ', '😀'),
  )
  .map(([pieces, citations, initial]) => {
    const start = { type: 'text', text: initial, citations: null };
    return {
      start,
      deltas: [
        ...pieces.map((text) => ({ type: 'text_delta', text })),
        ...citations.map((item) => ({ type: 'citations_delta', citation: item })),
      ],
      expected: {
        ...nothing(start),
        head: { kind: 'text' },
        text: initial + pieces.join(''),
        citations,
      },
    };
  });

/** Base64 and things that only look like it: a signature is nobody's business but the server's. */
const signature = fc.oneof(
  fc.base64String({ minLength: 4, maxLength: 80 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom(' EqQB\n', 'EqQB==\u00a0'),
);

const thinkingBlock: fc.Arbitrary<BlockScript> = fc
  .tuple(
    // No thinking at all is the default of current models (`display: "omitted"`): the signature alone.
    fc.oneof(piecesOf(wellFormedText), fc.constant([])),
    signature,
    fc.option(fc.nat(500), { nil: undefined }),
  )
  .map(([pieces, signed, estimated]) => {
    const start = { type: 'thinking', thinking: '', signature: '' };
    return {
      start,
      deltas: [
        ...pieces.map((thinking) => ({
          type: 'thinking_delta',
          thinking,
          ...(estimated === undefined ? {} : { estimated_tokens: estimated }),
        })),
        { type: 'signature_delta', signature: signed },
      ],
      expected: {
        ...nothing(start),
        head: { kind: 'thinking' },
        text: pieces.join(''),
        signature: signed,
      },
    };
  });

/** The JSON of a tool's input, as a server may write it: with or without spaces. */
const toolJson = fc
  .tuple(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 })), fc.boolean())
  .map(([input, spaced]) => JSON.stringify(input, null, spaced ? 1 : 0));

const toolUseBlock: fc.Arbitrary<BlockScript> = fc
  .tuple(
    fc.constantFrom('tool_use', 'server_tool_use', 'mcp_tool_use'),
    fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/),
    // No deltas at all, or a first empty one: both mean a tool without parameters (T118).
    fc.oneof(piecesOf(toolJson), fc.constant([]), fc.constant([''])),
    fc.nat(),
  )
  .map(([type, name, pieces, n]) => {
    const toolUseId = `toolu_${n}`;
    const start = { type, id: toolUseId, name, input: {}, caller: { type: 'direct' } };
    return {
      start,
      deltas: pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      expected: {
        ...nothing(start),
        head: { kind: type === 'tool_use' ? 'tool_use' : 'server_tool_use', toolUseId, name },
        text: pieces.join(''),
      },
    };
  });

const toolResultTypes = [
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'advisor_tool_result',
  'mcp_tool_result',
] as const;

const toolResultBlock: fc.Arbitrary<BlockScript> = fc
  .tuple(fc.constantFrom(...toolResultTypes), fc.jsonValue({ maxDepth: 3 }), fc.nat())
  .map(([type, content, n]) => {
    const toolUseId = `srvtoolu_${n}`;
    const start = { type, tool_use_id: toolUseId, content };
    return {
      start,
      deltas: [],
      expected: {
        ...nothing(start),
        head: {
          kind: 'server_tool_result',
          toolUseId,
          type,
          ...(serverToolResult(start).isError ? { isError: true } : {}),
        },
        text: serverToolResult(start).text,
      },
    };
  });

const redactedBlock: fc.Arbitrary<BlockScript> = fc.base64String({ maxLength: 60 }).map((data) => {
  const start = { type: 'redacted_thinking', data };
  return {
    start,
    deltas: [],
    expected: { ...nothing(start), head: { kind: 'redacted_thinking' } },
  };
});

/** Types this version does not know: those of betas, and one that does not exist yet. */
const unknownBlock: fc.Arbitrary<BlockScript> = fc
  .oneof(
    fc.constant({ start: { type: 'container_upload', file_id: 'file_1' }, deltas: [] }),
    fc.constant({ start: { type: 'mcp_tool_listing', tools: [{ name: 'a' }] }, deltas: [] }),
    fc.constant({
      start: { type: 'fallback', from: { model: 'a' }, to: { model: 'b' }, trigger: {} },
      deltas: [],
    }),
    piecesOf(wellFormedText).map((pieces) => ({
      start: { type: 'compaction', content: null, encrypted_content: null },
      deltas: pieces.map((content) => ({
        type: 'compaction_delta',
        content,
        encrypted_content: 'Eo8B',
      })),
    })),
    fc.tuple(fc.jsonValue({ maxDepth: 2 }), piecesOf(wellFormedText)).map(([value, pieces]) => ({
      start: { type: 'hologram', value },
      deltas: pieces.map((text, i) => ({ type: i % 2 === 0 ? 'text_delta' : 'light_delta', text })),
    })),
  )
  .map(({ start, deltas }) => ({
    start,
    deltas,
    expected: {
      ...nothing(start),
      head: { kind: 'unknown', type: start.type },
      unknownDeltas: deltas,
    },
  }));

const block: fc.Arbitrary<BlockScript> = fc.oneof(
  { arbitrary: textBlock, weight: 4 },
  { arbitrary: thinkingBlock, weight: 2 },
  { arbitrary: toolUseBlock, weight: 3 },
  { arbitrary: toolResultBlock, weight: 1 },
  { arbitrary: redactedBlock, weight: 1 },
  { arbitrary: unknownBlock, weight: 2 },
);

const usage = fc.record({
  input_tokens: fc.nat(100_000),
  output_tokens: fc.nat(10_000),
  cache_creation_input_tokens: fc.oneof(fc.nat(10_000), fc.constant(null)),
  cache_read_input_tokens: fc.oneof(fc.nat(10_000), fc.constant(null)),
});

const stopReason = fc.constantFrom(
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
  'compaction',
  'something_newer',
);

/** Events that mean nothing to this version and may stand anywhere. */
const neutralEvent: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constant({ type: 'ping' }),
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ type: 'future_event', value })),
);

/**
 * A message that keeps to the protocol: any blocks, dense or sparse indexes in any order, blocks one after the other
 * or interleaved, pings and unknown events anywhere.
 */
export const wellFormedMessage: fc.Arbitrary<MessageScript> = fc
  .record({
    id: fc.nat().map((n) => `msg_${n}`),
    model: fc.constantFrom('claude-opus-5-5', 'local/model:7b'),
    blocks: fc.array(block, { maxLength: 6 }),
    indexes: fc.oneof(
      fc.constant([0, 1, 2, 3, 4, 5]),
      fc.uniqueArray(fc.nat(1_000), { minLength: 6, maxLength: 6 }),
    ),
    picks: fc.option(fc.array(fc.nat(), { maxLength: 40 }), { nil: undefined }),
    start: usage,
    deltas: fc.array(usage, { minLength: 1, maxLength: 2 }),
    stopReason,
    neutral: fc.array(fc.tuple(fc.nat(), neutralEvent), { maxLength: 4 }),
  })
  .map((script) => {
    const sequences = script.blocks.map(({ start, deltas }, i): JsonObject[] => {
      const index = script.indexes[i]!;
      return [
        { type: 'content_block_start', index, content_block: start },
        ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ];
    });
    const { merged, order } = merge(sequences, script.picks);
    const events: JsonObject[] = [
      {
        type: 'message_start',
        message: {
          id: script.id,
          type: 'message',
          role: 'assistant',
          content: [],
          model: script.model,
          stop_reason: null,
          usage: script.start,
        },
      },
      ...merged,
      ...script.deltas.map((counts, i) => ({
        type: 'message_delta',
        delta: { stop_reason: i === script.deltas.length - 1 ? script.stopReason : null },
        usage: counts,
      })),
      { type: 'message_stop' },
    ];
    for (const [at, event] of script.neutral) events.splice(at % (events.length + 1), 0, event);
    return {
      id: script.id,
      model: script.model,
      events,
      blocks: order.map((i) => script.blocks[i]!.expected),
      stopReason: script.stopReason,
      outputTokens: script.deltas.at(-1)!.output_tokens,
    };
  });

/** One after the other, or, with picks, the next of whichever sequence is picked. */
function merge<T>(
  sequences: readonly (readonly T[])[],
  picks: readonly number[] | undefined,
): { merged: T[]; order: number[] } {
  const rest = sequences.map((sequence, i) => ({ i, items: [...sequence], started: false }));
  const merged: T[] = [];
  const order: number[] = [];
  let next = 0;
  for (;;) {
    const open = rest.filter(({ items }) => items.length > 0);
    const from = open[picks === undefined ? 0 : (picks[next++] ?? 0) % open.length];
    if (from === undefined) return { merged, order };
    if (!from.started) order.push(from.i);
    from.started = true;
    merged.push(from.items.shift()!);
  }
}

const index = fc.oneof(fc.nat(5), fc.constantFrom<unknown>(-1, 1.5, 1e300, '0', null, [], {}));

/** Half an emoji that never gets its other half, and whole ones made of halves. */
const brokenText = fc.constantFrom('\ud83d', '\ude00', 'x\ud83d', '\ude00\ud83d', '', '😀');

const wrongDelta: fc.Arbitrary<unknown> = fc.oneof(
  brokenText.map((text) => ({ type: 'text_delta', text })),
  brokenText.map((thinking) => ({ type: 'thinking_delta', thinking })),
  brokenText.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
  fc.constantFrom<unknown>(
    { type: 'signature_delta', signature: 'late' },
    { type: 'signature_delta' },
    { type: 'citations_delta', citation: 7 },
    { type: 'text_delta', text: 7 },
    { type: 'text_delta' },
    { type: 'future_delta', value: [] },
    { type: 7 },
    {},
    null,
    'text',
    deepObject(3_000),
  ),
);

const wrongBlock: fc.Arbitrary<unknown> = fc.oneof(
  block.map(({ start }) => start),
  fc.constantFrom<unknown>(
    { type: 'text' },
    { type: 'tool_use' },
    { type: 'tool_use', id: 7, name: null, input: 'x' },
    { type: '__proto__' },
    { type: 7 },
    {},
    null,
    deepObject(3_000),
  ),
);

const wrongEvent: fc.Arbitrary<unknown> = fc.oneof(
  fc.tuple(index, wrongDelta).map(([i, delta]) => ({
    type: 'content_block_delta',
    index: i,
    delta,
  })),
  fc.tuple(index, wrongBlock).map(([i, content_block]) => ({
    type: 'content_block_start',
    index: i,
    content_block,
  })),
  index.map((i) => ({ type: 'content_block_stop', index: i })),
  fc.constantFrom<unknown>(
    { type: 'message_start' },
    { type: 'message_start', message: { id: 'msg_again', model: 7, usage: [] } },
    { type: 'message_start', message: null },
    { type: 'message_delta' },
    { type: 'message_delta', delta: { stop_reason: 7 }, usage: { output_tokens: 'many' } },
    { type: 'message_delta', delta: { stop_details: { type: 'refusal' } }, usage: null },
    { type: 'message_stop' },
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    { type: 'toString' },
    { index: 0 },
  ),
);

const malformedData = fc.constantFrom(
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '42',
  '[DONE]',
  '<html>',
  '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"cut of',
  '\ufffd',
);

/** What can happen to an event on its way through proxies, retries and bugs. */
type Mishap =
  | {
      readonly kind: 'insert';
      readonly at: number;
      readonly data: string;
      readonly name: string | null;
    }
  | { readonly kind: 'duplicate'; readonly from: number; readonly to: number }
  | { readonly kind: 'move'; readonly from: number; readonly to: number }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'truncate'; readonly at: number };

const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(),
      data: fc.oneof(
        malformedData,
        wrongEvent.map((event) => JSON.stringify(event)),
      ),
      name: fc.constantFrom(null, 'ping', 'error', 'content_block_delta', 'message_stop', 'x'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('duplicate' as const, 'move' as const),
      from: fc.nat(),
      to: fc.nat(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at: fc.nat() }) },
);

function befall(frames: SseFrame[], event: Mishap): void {
  const place = (n: number): number => n % Math.max(1, frames.length);
  switch (event.kind) {
    case 'insert':
      frames.splice(place(event.at), 0, { event: event.name, data: event.data });
      return;
    case 'duplicate':
    case 'move': {
      const frame = frames[place(event.from)];
      if (frame === undefined) return;
      if (event.kind === 'move') frames.splice(place(event.from), 1);
      frames.splice(place(event.to), 0, frame);
      return;
    }
    case 'remove':
      frames.splice(place(event.at), 1);
      return;
    case 'truncate':
      frames.length = place(event.at);
      return;
  }
}

const frameStyle: fc.Arbitrary<FrameStyle> = fc.record({
  eventLine: fc.boolean(),
  spaceAfterColon: fc.boolean(),
  pretty: fc.boolean(),
  escaped: fc.boolean(),
  comment: fc.boolean(),
  otherFields: fc.boolean(),
});

const newline = fc.constantFrom('\n', '\r\n', '\r');

/** The frames of a message that keeps to the protocol, in any writing. */
export const wellFormedStream: fc.Arbitrary<{ message: MessageScript; stream: ByteStream }> = fc
  .tuple(wellFormedMessage, fc.array(frameStyle, { minLength: 1, maxLength: 5 }), newline)
  .map(([message, styles, end]) => ({
    message,
    stream: encode(framesOf(message.events, styles), styles, end),
  }));

/** A stream to which anything may have happened; it begins as one message or several. */
export const hostileStream: fc.Arbitrary<ByteStream> = fc
  .tuple(
    fc.array(wellFormedMessage, { minLength: 1, maxLength: 2 }),
    fc.array(mishap, { maxLength: 12 }),
    fc.array(frameStyle, { minLength: 1, maxLength: 5 }),
    newline,
  )
  .map(([messages, mishaps, styles, end]) => {
    const frames = framesOf(
      messages.flatMap(({ events }) => events),
      styles,
    );
    for (const event of mishaps) befall(frames, event);
    return encode(frames, styles, end);
  });

/** Bytes in pieces cut anywhere, inside characters and line ends too; one by one where that is asked for. */
export const byteCuts: fc.Arbitrary<'each' | readonly number[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('each' as const) },
  { weight: 5, arbitrary: fc.array(fc.nat(), { maxLength: 30 }) },
);

export function cutBytes(bytes: Uint8Array, cuts: 'each' | readonly number[]): Uint8Array[] {
  const offsets =
    cuts === 'each'
      ? Array.from(bytes, (_, i) => i)
      : cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b);
  return [...offsets, bytes.length].map((end, i) => bytes.subarray(offsets[i - 1] ?? 0, end));
}

function framesOf(events: readonly JsonObject[], styles: readonly FrameStyle[]): SseFrame[] {
  return events.map((event, i) => {
    const { eventLine, pretty, escaped } = styles[i % styles.length]!;
    const json = JSON.stringify(event, null, pretty ? 1 : 0);
    return {
      event: eventLine ? String(event['type']) : null,
      data: escaped ? escapeNonAscii(json) : json,
    };
  });
}

function encode(
  frames: readonly SseFrame[],
  styles: readonly FrameStyle[],
  end: string,
): ByteStream {
  const text = frames
    .map((frame, i) => {
      const style = styles[i % styles.length]!;
      const colon = style.spaceAfterColon ? ': ' : ':';
      const lines = [
        ...(style.comment ? [': keep-alive', ':'] : []),
        ...(frame.event === null ? [] : [`event${colon}${frame.event}`]),
        ...(style.otherFields ? [`id${colon}${i}`, `retry${colon}3000`, 'nonsense'] : []),
        // One space after the colon is not part of the value; text that begins with one needs it.
        ...frame.data
          .split('\n')
          .map((line) => `data${line.startsWith(' ') ? ': ' : colon}${line}`),
      ];
      return [...lines, '', ''].join(end);
    })
    .join('');
  return { frames, bytes: new TextEncoder().encode(text) };
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function nothing(raw: JsonObject): Omit<ExpectedBlock, 'head'> {
  return { raw, text: '', signature: undefined, citations: [], unknownDeltas: [] };
}

function deepObject(levels: number): JsonObject {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = [value];
  return { type: 'text_delta', text: 'deep', value };
}
