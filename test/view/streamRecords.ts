import type { JsonObject } from '../../src/core/json';
import type { WireRecord } from '../../src/core/wireRecord';

const limits = {
  maxRetries: 5,
  maxRetryAfterMs: 60_000,
  resume: 'resume',
  maxRetryCostUsd: 10,
  silenceLimitMs: 120_000,
} as const;
const request = {
  model: 'claude-opus-5-5',
  max_tokens: 64_000,
  system: 'You are a coding assistant.',
  messages: [{ role: 'user' as const, content: 'Tell me of the river' }],
};

/** Writes the records of one turn, with a clock of its own. */
export class StreamScript {
  readonly records: WireRecord[] = [];
  private atMs = 0;
  private attempt = 0;

  constructor() {
    this.records.push({ kind: 'run', start: 'anew', limits, wallMs: 1_700_000_000_000, atMs: 0 });
  }

  wait(ms: number): this {
    this.atMs += ms;
    return this;
  }

  open(headersMs: number): this {
    const attempt = ++this.attempt;
    this.records.push({ kind: 'request', attempt, request, atMs: this.atMs });
    this.records.push({
      kind: 'sent',
      attempt,
      atMs: this.atMs + 1,
      method: 'POST',
      url: 'https://api.anthropic.com/v1/messages',
      headers: { 'content-type': 'application/json', 'x-api-key': '‹redacted›' },
    });
    this.wait(headersMs);
    this.records.push({
      kind: 'headers',
      attempt,
      atMs: this.atMs,
      status: 200,
      requestId: `req_${attempt}`,
      headers: { 'request-id': `req_${attempt}`, 'anthropic-ratelimit-tokens-remaining': '79000' },
    });
    return this.wait(20).event({
      type: 'message_start',
      message: {
        id: `msg_${attempt}`,
        model: request.model,
        usage: { input_tokens: 1_840, output_tokens: 1 },
      },
    });
  }

  event(data: JsonObject): this {
    const { attempt, atMs } = this;
    const event = String(data['type']);
    this.records.push({ kind: 'event', attempt, atMs, event, data: JSON.stringify(data) });
    return this;
  }

  ping(): this {
    return this.event({ type: 'ping' });
  }

  /** A block whose text comes in words, `gapMs` apart, more or less. */
  block(index: number, block: JsonObject, delta: string, member: string, words: string): this {
    this.event({ type: 'content_block_start', index, content_block: block });
    words.split(/(?<= )/).forEach((word, place) => {
      this.wait(14 + ((place * 37) % 29));
      this.event({ type: 'content_block_delta', index, delta: { type: delta, [member]: word } });
      if (place % 2 === 1) this.painted();
    });
    return this;
  }

  close(index: number): this {
    return this.event({ type: 'content_block_stop', index });
  }

  painted(): this {
    const { atMs } = this;
    this.records.push({ kind: 'painted', atMs: atMs + 40, postedMs: atMs, paintedMs: atMs + 9 });
    return this;
  }

  cut(): this {
    const fault = { kind: 'network', code: 'ECONNRESET', message: 'read ECONNRESET' } as const;
    this.records.push({ kind: 'cut', attempt: this.attempt, atMs: this.atMs, fault });
    return this;
  }

  complete(outputTokens: number): this {
    this.event({
      type: 'message_delta',
      delta: { stop_reason: 'tool_use' },
      usage: { output_tokens: outputTokens },
    });
    this.event({ type: 'message_stop' });
    const status = { kind: 'complete', stopReason: 'tool_use' } as const;
    this.records.push({ kind: 'end', atMs: this.atMs, status });
    return this;
  }
}

const sentence = 'The river rises in the hills and runs through the plain to the sea. ';

/** Thinking, a text that is cut twice, a stall, and a call of a tool. */
export function longTurn(): WireRecord[] {
  const text = { type: 'text', text: '' };
  const first = sentence.repeat(6).trimEnd();
  return new StreamScript()
    .open(420)
    .block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      'thinking_delta',
      'thinking',
      'First see where it rises, then follow it down. '.repeat(5),
    )
    .close(0)
    .block(1, text, 'text_delta', 'text', first)
    .cut()
    .wait(900)
    .open(310)
    .block(
      0,
      text,
      'text_delta',
      'text',
      ` ${'It is slow in summer and quick in spring. '.repeat(5)}`,
    )
    .wait(2_600)
    .ping()
    .wait(300)
    .block(
      1,
      text,
      'text_delta',
      'text',
      'Its water is clear above the weir, and brown below it. '.repeat(4),
    )
    .cut()
    .wait(1_400)
    .open(260)
    .block(0, text, 'text_delta', 'text', 'Boats go up as far as the bridge. '.repeat(8))
    .close(0)
    .block(
      1,
      { type: 'tool_use', id: 'toolu_1', name: 'read_file', input: {} },
      'input_json_delta',
      'partial_json',
      '{"path": "docs/river.md", "lines": [1, 200], "why": "see what is said of the weir"}',
    )
    .close(1)
    .complete(640).records;
}
