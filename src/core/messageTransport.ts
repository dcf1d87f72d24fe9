import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { SseFrame } from './sseFrame';

/** The body of one streamed request, in the SDK's own type. */
export type MessageRequest = Omit<MessageCreateParamsStreaming, 'stream'>;

/** An answer whose headers have arrived. */
export interface MessageStream {
  readonly status: number;
  readonly requestId: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Every event as it comes, pings included. Ends at the end of the body, with or without `message_stop`; throws
   * {@link FaultError} when the connection breaks or the body is no event stream. Leaving the loop closes the socket.
   */
  readonly frames: AsyncIterable<SseFrame>;
}

/** The head of a request as it went out. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case; credentials are masked. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a caller may add to one request. */
export interface OpenOptions {
  /** Sent besides the usual ones, which they do not replace. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Hears of the request's head as it leaves. */
  readonly onSent?: (sent: SentRequest) => void;
}

/** The port to a server that speaks the Messages API. Retries nothing by itself. */
export interface MessageTransport {
  /**
   * Sends one request. Aborting `signal` closes the socket at once, before headers and after.
   *
   * @throws FaultError for everything that goes wrong, abortion excepted: that throws `signal.reason`.
   */
  open(request: MessageRequest, signal: AbortSignal, more?: OpenOptions): Promise<MessageStream>;

  /**
   * How many tokens the prompt of a request takes (API: count_tokens); undefined where the server cannot say.
   *
   * @throws FaultError for everything that goes wrong, abortion excepted: that throws `signal.reason`.
   */
  countTokens?(request: MessageRequest, signal: AbortSignal): Promise<number | undefined>;
}
