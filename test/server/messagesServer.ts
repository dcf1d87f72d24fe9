import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { modelEntry, wireModels } from './modelTable';
import { validateRequest, type Refusal } from './requestValidator';
import { scriptedEvents, wholeMessage, type ScriptedEvent } from './scriptedEvents';
import { textAnswer, type Scenario, type ScriptedFault } from './scenario';
import { SseWriter } from './sseWriter';

/** Bodies above this are refused, as the API does, in bytes. */
const longestBody = 32 * 1024 * 1024;

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
  /** Monotonic ms. */
  readonly receivedAt: number;
  /** When the client hung up before the answer was whole; undefined while it has not. */
  hungUpAt: number | undefined;
  /** Whether the answer went out whole. */
  completed: boolean;
  /** Text of the text blocks that was handed to the socket. */
  sentText: string;
  sentThinking: string;
  sentDeltas: number;
}

type ScenarioSource = Scenario | ((request: ReceivedRequest) => Scenario);

export interface MessagesServerOptions {
  readonly port?: number;
  readonly host?: string;
  readonly scenario?: ScenarioSource;
  /** Off: any JSON is taken. */
  readonly validate?: boolean;
  /** Only this key is taken; otherwise any. */
  readonly apiKey?: string;
  /** `minimal`: like a small gateway, without capabilities, token counts and optional fields. */
  readonly dialect?: 'anthropic' | 'minimal';
  /** Headers in which a key is taken. */
  readonly auth?: 'any' | 'bearer' | 'x-api-key' | 'none';
}

/** A local server that speaks the Messages API's wire format, faults included, and remembers what each client sent. */
export class MessagesServer {
  readonly requests: ReceivedRequest[] = [];
  private readonly queued: ScenarioSource[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly changed = new Set<() => void>();
  private scenario: ScenarioSource;
  private serial = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: MessagesServerOptions,
  ) {
    this.scenario = options.scenario ?? textAnswer('Hello from the wire.');
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.notify();
      });
    });
  }

  static async start(options: MessagesServerOptions = {}): Promise<MessagesServer> {
    const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 });
    const started = new MessagesServer(server, options);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return started;
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** Requests for an answer, oldest first. */
  get messageRequests(): ReceivedRequest[] {
    return this.requests.filter(({ path }) => path === '/v1/messages');
  }

  get openSockets(): number {
    return this.sockets.size;
  }

  /** How requests are answered from now on. */
  use(scenario: ScenarioSource): void {
    this.scenario = scenario;
  }

  /** How the next requests are answered, one each; then it is as before. */
  queue(...scenarios: ScenarioSource[]): void {
    this.queued.push(...scenarios);
  }

  /** The n-th request for an answer (from 1), as soon as it is there. */
  async waitForRequest(n = 1): Promise<ReceivedRequest> {
    await this.until(() => this.messageRequests.length >= n);
    return this.messageRequests[n - 1]!;
  }

  /** Resolves when the client has hung up on this request. */
  waitForHangUp(request: ReceivedRequest): Promise<void> {
    return this.until(() => request.hungUpAt !== undefined);
  }

  /** Resolves when the condition holds; looked at whenever anything happens here. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => this.changed.add(resolve));
    }
  }

  /** Cuts every connection, as a lost network does. */
  cutConnections(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const body = await readBody(request);
    if (body === 'too-large') {
      return this.refuse(response, {
        status: 413,
        type: 'request_too_large',
        message: 'Request exceeds the maximum size',
      });
    }
    const received: ReceivedRequest = {
      method: request.method ?? '',
      path: pathname,
      headers: request.headers,
      body,
      receivedAt: performance.now(),
      hungUpAt: undefined,
      completed: false,
      sentText: '',
      sentThinking: '',
      sentDeltas: 0,
    };
    this.requests.push(received);
    response.on('close', () => {
      if (!received.completed && !response.writableFinished) received.hungUpAt = performance.now();
      this.notify();
    });
    this.notify();
    const refusal = this.checkHeaders(request);
    if (refusal !== undefined) return this.refuse(response, refusal);
    const minimal = this.options.dialect === 'minimal';
    if (pathname === '/v1/models') {
      const data = wireModels.map((model) => modelEntry(model, !minimal));
      return this.json(response, 200, {
        data,
        has_more: false,
        first_id: wireModels[0]?.id,
        last_id: wireModels.at(-1)?.id,
      });
    }
    if (pathname.startsWith('/v1/models/')) {
      const model = wireModels.find(({ id }) => id === pathname.slice('/v1/models/'.length));
      return model === undefined
        ? this.refuse(response, {
            status: 404,
            type: 'not_found_error',
            message: `model: ${pathname.slice(11)}`,
          })
        : this.json(response, 200, modelEntry(model, !minimal));
    }
    if (pathname === '/v1/messages/count_tokens' && !minimal) {
      return this.json(response, 200, { input_tokens: Math.ceil(JSON.stringify(body).length / 4) });
    }
    if (pathname === '/v1/messages' && request.method === 'POST')
      return this.answer(received, response);
    return this.refuse(response, { status: 404, type: 'not_found_error', message: 'Not found' });
  }

  private checkHeaders({ headers }: IncomingMessage): Refusal | undefined {
    const { auth = 'any', apiKey } = this.options;
    if (auth !== 'none') {
      const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
      const own = headers['x-api-key'];
      const key = auth === 'bearer' ? bearer : auth === 'x-api-key' ? own : (own ?? bearer);
      if (key === undefined || key === '') {
        return {
          status: 401,
          type: 'authentication_error',
          message: 'x-api-key header is required',
        };
      }
      if (apiKey !== undefined && key !== apiKey) {
        return { status: 401, type: 'authentication_error', message: 'invalid x-api-key' };
      }
    }
    return headers['anthropic-version'] === undefined
      ? {
          status: 400,
          type: 'invalid_request_error',
          message: 'anthropic-version: header is required',
        }
      : undefined;
  }

  private async answer(received: ReceivedRequest, response: ServerResponse): Promise<void> {
    const { validate = true, dialect = 'anthropic' } = this.options;
    const refusal = validate ? validateRequest(received.body, dialect) : undefined;
    if (refusal !== undefined) return this.refuse(response, refusal);
    const source = this.queued.shift() ?? this.scenario;
    const scenario = typeof source === 'function' ? source(received) : source;
    if (scenario.delayHeadersMs !== undefined) await sleep(scenario.delayHeadersMs, response);
    if (response.destroyed) return;
    if (await this.answeredWithoutStream(scenario, received, response)) return;
    await this.stream(scenario, received, response);
  }

  /** Faults that leave no stream, and requests that want none. */
  private async answeredWithoutStream(
    scenario: Scenario,
    received: ReceivedRequest,
    response: ServerResponse,
  ): Promise<boolean> {
    const { fault } = scenario;
    switch (fault?.kind) {
      case 'http':
        if (typeof fault.body === 'string')
          this.html(response, fault.status, fault.body, fault.headers);
        else this.json(response, fault.status, fault.body ?? {}, fault.headers);
        return true;
      case 'html':
        this.html(response, 200, fault.html);
        return true;
      case 'empty':
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
        return true;
      case 'reset-before-headers':
        response.socket?.resetAndDestroy();
        return true;
      case 'never-answers':
        await new Promise((resolve) => response.on('close', resolve));
        return true;
      default:
        break;
    }
    if (fault?.kind !== 'whole-json' && received.body['stream'] === true) return false;
    const message = wholeMessage(scenario, received.body, this.nextId('msg'));
    received.completed = true;
    this.json(response, 200, message);
    return true;
  }

  private async stream(
    scenario: Scenario,
    received: ReceivedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const { fault } = scenario;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'request-id': this.nextId('req'),
    });
    response.flushHeaders();
    const writer = new SseWriter(
      response,
      scenario,
      fault?.kind === 'reset-after-bytes' ? fault.bytes : undefined,
    );
    const pings =
      scenario.pingEveryMs === undefined ? undefined : this.ping(writer, scenario.pingEveryMs);
    try {
      const events = scriptedEvents(scenario, received.body, this.nextId('msg'));
      const startedAt = performance.now();
      let deltas = -1;
      for (const event of events) {
        if (!writer.isOpen) return;
        if (event.isDelta && scenario.rate !== undefined) {
          await sleepUntil(startedAt + ((deltas + 1) * 1000) / scenario.rate, response);
        }
        if (
          fault !== undefined &&
          (await this.faultStrikes(fault, deltas, event, writer, response))
        )
          return;
        received.completed ||= event.event === 'message_stop';
        this.remember(received, event);
        await writer.event(event);
        if (event.event === 'message_start') {
          deltas = 0;
          if (scenario.delayFirstMs !== undefined) await sleep(scenario.delayFirstMs, response);
        }
        if (event.isDelta) deltas++;
        for (const { afterDeltas, event: extra } of scenario.inject ?? []) {
          if (afterDeltas === deltas && (event.isDelta || event.event === 'message_start'))
            await writer.event(extra);
        }
      }
      response.end();
    } finally {
      clearInterval(pings);
    }
  }

  /** Whether the fault's moment has come, before this event; then it is carried out. */
  private async faultStrikes(
    fault: ScriptedFault,
    deltas: number,
    next: ScriptedEvent,
    writer: SseWriter,
    response: ServerResponse,
  ): Promise<boolean> {
    if (fault.kind === 'eof-before-message-stop') {
      if (next.event !== 'message_stop') return false;
      response.end();
      return true;
    }
    if (!('afterDeltas' in fault) || deltas < fault.afterDeltas) return false;
    switch (fault.kind) {
      case 'reset':
        response.socket?.resetAndDestroy();
        return true;
      case 'eof':
        response.end();
        return true;
      case 'error-event': {
        const error = { type: fault.type, message: fault.message ?? fault.type };
        const data = JSON.stringify({ type: 'error', error, request_id: this.nextId('req') });
        await writer.event({ event: 'error', data });
        response.end();
        return true;
      }
      case 'stall':
      case 'stall-with-pings': {
        const pings = fault.kind === 'stall' ? undefined : this.ping(writer, fault.everyMs);
        await new Promise((resolve) => response.on('close', resolve));
        clearInterval(pings);
        return true;
      }
    }
  }

  private ping(writer: SseWriter, everyMs: number): NodeJS.Timeout {
    let isUnderWay = false;
    return setInterval(() => {
      // Pings never pile up behind a client that reads slowly.
      if (isUnderWay) return;
      isUnderWay = true;
      void writer
        .event({ event: 'ping', data: '{"type":"ping"}' })
        .finally(() => (isUnderWay = false));
    }, everyMs);
  }

  private remember(received: ReceivedRequest, event: ScriptedEvent): void {
    if (!event.isDelta) return;
    const { delta } = JSON.parse(event.data) as { delta: { text?: string; thinking?: string } };
    received.sentText += delta.text ?? '';
    received.sentThinking += delta.thinking ?? '';
    received.sentDeltas++;
  }

  private refuse(response: ServerResponse, { status, type, message }: Refusal): void {
    this.json(response, status, { type: 'error', error: { type, message } });
  }

  private json(
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const requestId = this.nextId('req');
    const isError = typeof body === 'object' && body !== null && 'error' in body;
    const text = JSON.stringify(isError ? { ...body, request_id: requestId } : body);
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'request-id': requestId,
        ...headers,
      })
      .end(text);
  }

  private html(
    response: ServerResponse,
    status: number,
    html: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(html);
  }

  private nextId(prefix: string): string {
    return `${prefix}_${String(++this.serial).padStart(6, '0')}`;
  }

  private notify(): void {
    const waiting = [...this.changed];
    this.changed.clear();
    for (const resolve of waiting) resolve();
  }
}

async function readBody(
  request: IncomingMessage,
): Promise<Readonly<Record<string, unknown>> | 'too-large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) return 'too-large';
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Ends early when the client hangs up. */
function sleep(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.on('close', done);
  });
}

/** Several deltas go out in one tick when the timer comes late, so that the rate holds on a busy machine. */
async function sleepUntil(at: number, response: ServerResponse): Promise<void> {
  const wait = at - performance.now();
  if (wait > 1) await sleep(wait, response);
}
