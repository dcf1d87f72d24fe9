import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Stream } from '@anthropic-ai/sdk/core/streaming';
import type { Clock } from '../core/clock';
import { FaultError } from '../core/fault';
import { isJsonObject, numberMember, parseJson, stringMember, type JsonObject } from '../core/json';
import type { Logger } from '../core/logger';
import { maskedHeaders } from '../core/maskedHeaders';
import type {
  MessageRequest,
  MessageStream,
  MessageTransport,
  OpenOptions,
  SentRequest,
} from '../core/messageTransport';
import type { ModelInfo } from '../core/modelInfo';
import { withBlobs } from '../core/requestBlobs';
import type { SseFrame } from '../core/sseFrame';
import { nodeFetch, type Fetch } from './nodeFetch';
import { WatchedBody } from './watchedBody';
import { framesOfJson } from './wholeMessage';
import { faultFrom, headerRecord, longestSample } from './wireFault';
import { modelInfoFrom } from './wireModel';

/** How long a server may take to its response headers, in ms: as long as the SDK allows. */
const defaultHeadersTimeoutMs = 600_000;
/** Longer than any timeout of ours: the SDK's timer must not be the one that ends a request. */
const sdkTimeoutMs = 2 ** 31 - 1;
/** After the answer is whole, how long its connection may take to become free for the next one, in ms. */
const drainMs = 1_000;
/** How long a server may take to answer a probe, in ms. */
const probeTimeoutMs = 10_000;
/** What a header takes (RFC 9110, section 5.5), spaces apart. */
const headerValue = /^[\x21-\x7e]+$/;
/** The API's largest page of models, and how many pages are read at most. */
const modelsPerPage = 1_000;
const mostPages = 10;

export interface TransportOptions {
  /** Null for a server that needs none. */
  readonly apiKey: string | null;
  /** Without `/v1`; null for Anthropic's own server. */
  readonly baseUrl: string | null;
  readonly authStyle: 'bearer' | 'x-api-key';
  readonly clock: Clock;
  readonly log: Logger;
  readonly headersTimeoutMs?: number;
  /** Bytes by their name (SHA-256), for what stands in a request for them; undefined for what is gone. */
  readonly findBlob?: (sha256: string) => Promise<Uint8Array | undefined>;
}

/** A transport that also knows the models of its server. */
export interface AnthropicTransport extends MessageTransport {
  /** Whether the server answers anything at all. Sends no key, asks for no answer, costs nothing. Never throws. */
  isReachable(signal: AbortSignal): Promise<boolean>;
  /**
   * Every model of the server, in its order (API: newest first). It is also how a key is checked: a wrong one fails
   * here as it would in a request.
   *
   * @throws FaultError for everything that goes wrong, abortion excepted: that throws `signal.reason`.
   */
  listModels(signal: AbortSignal): Promise<readonly ModelInfo[]>;
}

/** Talks to one server through the SDK, which does authentication, URLs, headers and errors. Nothing is retried here. */
export function createTransport(options: TransportOptions): AnthropicTransport {
  return new SdkTransport(options);
}

/**
 * The SDK's client without its resources, of which `messages.create` and `models.list` add nothing to `post` and `get`
 * but 25 kB and warnings on the console.
 */
class Client extends BaseAnthropic {
  /** The key comes from the person: no profile on disk and no login of another program takes its place. */
  protected override _shouldResolveDefaultCredentials(): boolean {
    return false;
  }
}

class SdkTransport implements AnthropicTransport {
  private readonly client: Client;
  private readonly authHeaders: Readonly<Record<string, string | null>>;
  private readonly fetch: Fetch;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly headersTimeoutMs: number;
  private readonly isKeyUsable: boolean;
  private readonly findBlob: TransportOptions['findBlob'];

  constructor({
    apiKey,
    baseUrl,
    authStyle,
    clock,
    log,
    headersTimeoutMs = defaultHeadersTimeoutMs,
    findBlob,
  }: TransportOptions) {
    this.findBlob = findBlob;
    this.clock = clock;
    this.log = log;
    this.headersTimeoutMs = headersTimeoutMs;
    this.fetch = nodeFetch(clock);
    this.isKeyUsable = apiKey === null || headerValue.test(apiKey);
    this.client = new Client({
      apiKey,
      authToken: null,
      // Given explicitly, null included, so that no variable of the environment redirects the key.
      baseURL: baseUrl,
      webhookKey: null,
      maxRetries: 0,
      timeout: sdkTimeoutMs,
      fetch: this.fetch,
      logLevel: 'off',
      openTelemetry: false,
    });
    // Set on each request, where they win over the headers that the environment may add to every client.
    this.authHeaders = {
      authorization: apiKey !== null && authStyle === 'bearer' ? `Bearer ${apiKey}` : null,
      'x-api-key': authStyle === 'x-api-key' ? apiKey : null,
    };
  }

  async open(
    request: MessageRequest,
    signal: AbortSignal,
    { headers = {}, onSent }: OpenOptions = {},
  ): Promise<MessageStream> {
    const connection = this.connect(signal);
    try {
      const body = await withBlobs(request, (sha256) => this.base64Of(sha256));
      connection.signal.throwIfAborted();
      const client = onSent === undefined ? this.client : this.clientTelling(onSent);
      const response = await client
        .post('/v1/messages', {
          body: { ...body, stream: true },
          stream: true,
          headers: { ...headers, ...this.authHeaders },
          signal: connection.signal,
        })
        .asResponse();
      connection.signal.throwIfAborted();
      const requestId = response.headers.get('request-id');
      return {
        status: response.status,
        requestId,
        headers: headerRecord(response.headers),
        frames: this.frames(response, connection),
      };
    } catch (error) {
      connection.release();
      connection.signal.throwIfAborted();
      throw faultFrom(error);
    } finally {
      connection.gotHeaders();
    }
  }

  async isReachable(signal: AbortSignal): Promise<boolean> {
    const timeout = AbortSignal.timeout(probeTimeoutMs);
    try {
      // Any answer will do, and without a key none can cost anything.
      const { body } = await this.fetch(this.client.baseURL, {
        method: 'HEAD',
        signal: AbortSignal.any([signal, timeout]),
      });
      await body?.cancel();
      return true;
    } catch {
      return false;
    }
  }

  async listModels(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const connection = this.connect(signal);
    try {
      const models: ModelInfo[] = [];
      let after: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const body = await this.modelsPage(after, connection.signal);
        const entries = Array.isArray(body['data']) ? body['data'] : [];
        models.push(...entries.flatMap((entry) => modelInfoFrom(entry) ?? []));
        const last = stringMember(body, 'last_id');
        if (body['has_more'] !== true || last === undefined || last === after) break;
        after = last;
      }
      return models;
    } catch (error) {
      connection.signal.throwIfAborted();
      throw faultFrom(error);
    } finally {
      connection.gotHeaders();
      connection.release();
    }
  }

  private async base64Of(sha256: string): Promise<string | undefined> {
    try {
      const data = await this.findBlob?.(sha256);
      return data && Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
    } catch (error) {
      this.log.warn(`Attached bytes cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  async countTokens(request: MessageRequest, signal: AbortSignal): Promise<number | undefined> {
    const connection = this.connect(signal);
    try {
      const { model, messages, system, tools, thinking } = await withBlobs(request, (sha256) =>
        this.base64Of(sha256),
      );
      const prompt = { model, messages, system, tools, thinking };
      const response = await this.client
        .post('/v1/messages/count_tokens', {
          body: prompt,
          headers: this.authHeaders,
          signal: connection.signal,
        })
        .asResponse();
      const body = parseJson(await response.text());
      return isJsonObject(body) ? numberMember(body, 'input_tokens') : undefined;
    } catch (error) {
      connection.signal.throwIfAborted();
      const fault = faultFrom(error);
      // Servers other than Anthropic's mostly do not know the address.
      if (fault.fault.kind === 'http' && fault.fault.status === 404) return undefined;
      throw fault;
    } finally {
      connection.gotHeaders();
      connection.release();
    }
  }

  private async modelsPage(after: string | undefined, signal: AbortSignal): Promise<JsonObject> {
    const response = await this.client
      .get('/v1/models', {
        query: { limit: modelsPerPage, ...(after === undefined ? {} : { after_id: after }) },
        headers: this.authHeaders,
        signal,
      })
      .asResponse();
    const text = await response.text();
    const body = parseJson(text);
    if (isJsonObject(body)) return body;
    throw notAStream(response, text);
  }

  /** The same client, which tells the head of its request. */
  private clientTelling(onSent: (sent: SentRequest) => void): Client {
    return this.client.withOptions({
      fetch: (input, init) => {
        const url = input instanceof Request ? input.url : String(input);
        const headers = maskedHeaders(Object.fromEntries(new Headers(init?.headers)));
        onSent({ method: init?.method ?? 'GET', url, headers });
        return this.fetch(input, init);
      },
    });
  }

  private async *frames(
    response: Response,
    connection: Connection,
  ): AsyncGenerator<SseFrame, void, undefined> {
    const body = new WatchedBody(response.body);
    let isEmpty = true;
    let isWhole = false;
    try {
      for await (const { event, data } of Stream.rawEvents(new Response(body.stream))) {
        // Lines of a text that is no event stream can still look like an empty field.
        if (event === null && data === '') continue;
        isEmpty = false;
        isWhole = event === 'message_stop' || data.includes('"message_stop"');
        yield { event, data };
      }
      if (isEmpty) yield* this.framesOfOddBody(response, body.head);
    } catch (error) {
      connection.signal.throwIfAborted();
      throw faultFrom(error);
    } finally {
      connection.release();
      if (isWhole) body.drain(drainMs, this.clock);
      else body.cancel();
    }
  }

  /** A 2xx without a single event. The content type says nothing: proxies strip it, and invent it. */
  private *framesOfOddBody(response: Response, text: string): Generator<SseFrame> {
    const frames = framesOfJson(text);
    if (frames === undefined) throw notAStream(response, text);
    this.log.info('The server answered with JSON instead of a stream');
    yield* frames;
  }

  private connect(signal: AbortSignal): Connection {
    signal.throwIfAborted();
    // Found here, because the error that it would lead to quotes the key.
    if (!this.isKeyUsable) throw new FaultError({ kind: 'unusable-key' });
    const connection = new AbortController();
    const onAbort = (): void => connection.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const afterMs = this.headersTimeoutMs;
    const timer = this.clock.setTimer(afterMs, () =>
      connection.abort(new FaultError({ kind: 'timeout', phase: 'headers', afterMs })),
    );
    return {
      signal: connection.signal,
      gotHeaders: () => timer.dispose(),
      release: () => signal.removeEventListener('abort', onAbort),
    };
  }
}

/** One request's own signal: aborted by the caller's, or because no headers came in time. */
interface Connection {
  readonly signal: AbortSignal;
  /** Ends the wait for headers. */
  readonly gotHeaders: () => void;
  /** Lets go of the caller's signal. */
  readonly release: () => void;
}

function notAStream(response: Response, text: string): FaultError {
  return new FaultError({
    kind: 'not-a-stream',
    contentType: response.headers.get('content-type'),
    sample: text.slice(0, longestSample),
  });
}
