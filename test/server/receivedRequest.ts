import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, parseJson, type JsonObject } from '../../src/core/json';

/** What was sent of one block. */
export interface SentBlock {
  readonly index: number;
  readonly type: string;
  text: string;
}

/** What came with a request. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came. */
  readonly text: string;
  /** Monotonic, in ms. */
  readonly receivedAt: number;
  /** How many requests with exactly this body came before, this one included. */
  readonly attempt: number;
}

/** One request, and what became of it. */
export class ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Empty where the body is no JSON object. */
  readonly body: JsonObject;
  readonly receivedAt: number;
  readonly attempt: number;
  /** When the client hung up before the answer was whole; undefined while it has not. Monotonic, in ms. */
  hungUpAt: number | undefined;
  /** Whether the answer went out whole. */
  completed = false;
  /** Whether a fault of the script, or this server's end, broke the connection. */
  brokenOff = false;
  /** What was handed to the socket, block by block. */
  readonly sent: SentBlock[] = [];
  sentDeltas = 0;
  /** When each delta was handed to the socket. Monotonic, in ms. */
  readonly sentDeltasAt: number[] = [];
  /** Of the body of a streamed answer. */
  sentBytes = 0;

  constructor(parts: RequestParts) {
    this.method = parts.method;
    this.path = parts.path;
    this.query = parts.query;
    this.headers = parts.headers;
    this.text = parts.text;
    this.receivedAt = parts.receivedAt;
    this.attempt = parts.attempt;
    const body = parseJson(parts.text);
    this.body = isJsonObject(body) ? body : {};
  }

  /** Text of the text blocks that was handed to the socket. */
  get sentText(): string {
    return this.sentOf('text');
  }

  get sentThinking(): string {
    return this.sentOf('thinking');
  }

  /** Values of `anthropic-beta`. */
  get betas(): readonly string[] {
    return [this.headers['anthropic-beta'] ?? []]
      .flat()
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== '');
  }

  private sentOf(type: string): string {
    return this.sent.map((block) => (block.type === type ? block.text : '')).join('');
  }
}
