import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { AdapterGateway } from '../core/adapterGateway';
import type { Clock } from '../core/clock';
import type { Conversation } from '../core/conversation';
import { isAtEnd, parseCursorId, resumePoint, type ResumePoint } from '../core/cursorId';
import { Emitter } from '../core/emitter';
import { numberMember, stringMember, type JsonObject } from '../core/json';
import type { Logger } from '../core/logger';
import { MessageEventReader } from '../core/messageEventReader';
import type { RelayedAnswer } from '../core/messageRelay';
import type { MessageRequest } from '../core/messageTransport';
import { encodeEvent, encodeRetry, heartbeat } from '../core/serverSentEvent';
import type { TurnDocument } from '../core/turnDocument';
import { TurnEventReader } from '../core/turnEventReader';
import { startOfTurn } from '../core/turnPatch';
import { eventsShape, textShape, type TurnShape } from '../core/turnShape';
import { errorBody, failureOf, wireMessage } from '../core/wireMessage';
import { AdapterAccess } from './adapterAccess';
import { EventResponse } from './eventResponse';
import { imagesOf } from './adapterImages';
import { HttpRefusal } from './httpRefusal';
import { readJsonBody } from './jsonBody';

/** Bytes of a body: what the Messages API takes. */
const largestBody = 32 * 1024 * 1024;
const largestHeaders = 16 * 1024;
/** Streams at once, and answers under way that were started here. */
const mostStreams = 512;
const mostAnswers = 64;
const mostConnections = 1_024;
/** How long a client waits before it connects again, in ms. */
const retryMs = 1_000;
/** How long what comes after a refusal is still read, so that the client sees the refusal and not a reset, in ms. */
const lingerMs = 10_000;
/** What the API itself sends in silence. */
const ping = encodeEvent({ event: 'ping', data: '{"type":"ping"}' });

export interface SseAdapterOptions {
  /** 0: a free one. */
  readonly port: number;
  /** Origins of pages that may ask, as a browser sends them. */
  readonly allowedOrigins: readonly string[];
  readonly gateway: AdapterGateway;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a client may take to send its headers, and its whole request, in ms. */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** Silence after which a stream gets a sign of life, in ms. */
  readonly heartbeatMs?: number;
  /** Signs of life that a client which does not read may miss. */
  readonly mostMissed?: number;
}

/**
 * Starts the adapter on the loopback interface.
 *
 * @throws what the system says where the port cannot be had (`EADDRINUSE`, `EACCES`).
 */
export async function startSseAdapter(options: SseAdapterOptions): Promise<SseAdapter> {
  const server = createServer({
    headersTimeout: options.headersTimeoutMs ?? 10_000,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 5_000,
    maxHeaderSize: largestHeaders,
    insecureHTTPParser: false,
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return new SseAdapter(server, options);
}

/** A request with what its address says. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The id in the address; '' where it has none. */
  readonly id: string;
}

interface Route {
  readonly path: RegExp;
  readonly method: 'GET' | 'POST';
  readonly run: (call: Call) => Promise<void> | void;
}

/**
 * Gives the streams of this window to other programs, as server-sent events over HTTP on the loopback interface. Each
 * client is a reader with a cursor of its own; none holds the stream or another client back.
 */
export class SseAdapter {
  /** Without a slash at the end. */
  readonly url: string;
  private readonly access: AdapterAccess;
  private readonly streams = new Set<ServerResponse>();
  private readonly answers = new Set<RelayedAnswer | TurnDocument>();
  private readonly clientsChanged = new Emitter<number>();
  /** Fires with the number of streams that clients read. */
  readonly onDidChangeClients = this.clientsChanged.event;
  private readonly routes: readonly Route[] = [
    { path: /^\/v1\/chat$/, method: 'POST', run: (call) => this.chat(call) },
    { path: /^\/v1\/messages$/, method: 'POST', run: (call) => this.messages(call) },
    { path: /^\/v1\/conversations$/, method: 'GET', run: (call) => this.conversations(call) },
    {
      path: /^\/v1\/conversations\/([\w-]{1,100})$/,
      method: 'GET',
      run: (call) => this.conversation(call),
    },
    {
      path: /^\/v1\/turns\/([\w-]{1,100})\/events$/,
      method: 'GET',
      run: (call) => this.turnEvents(call),
    },
    { path: /^\/v1\/turns\/([\w-]{1,100})\/stop$/, method: 'POST', run: (call) => this.stop(call) },
  ];

  constructor(
    private readonly server: Server,
    private readonly options: SseAdapterOptions,
  ) {
    const { port } = server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    this.access = new AdapterAccess(options.allowedOrigins);
    for (const name of ['127.0.0.1', 'localhost']) this.access.allowHost(`${name}:${port}`);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      void this.handle(request, response);
    };
    server.on('request', onRequest);
    // Whether a body is wanted at all is known only after the checks.
    server.on('checkContinue', onRequest);
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      refuseRaw(error.code, socket);
    });
  }

  get token(): string {
    return this.access.token;
  }

  /** Streams that clients read now. */
  get clients(): number {
    return this.streams.size;
  }

  /** Lets the adapter be called by another name, as a forwarded port has one. */
  allowHost(authority: string): void {
    this.access.allowHost(authority);
  }

  /** Ends every stream, stops what clients started and wait for, and frees the port. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    this.clientsChanged.dispose();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that is gone is told by `close`.
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    try {
      await this.route(request, response);
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.access.checkCaller(request);
    if (request.method === 'OPTIONS' && request.headers.origin !== undefined) {
      response.writeHead(204, this.access.corsHeaders(request)).end();
      return;
    }
    // As it came: what would have to be decoded or resolved first is none of ours.
    const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s, 2);
    const query = new URLSearchParams(search);
    this.access.checkToken(request, request.method === 'GET' ? query.get('token') : null);
    const found = this.routes.filter((route) => route.path.test(path));
    if (found.length === 0) throw new HttpRefusal(404, 'not_found_error', 'There is nothing here');
    const route = found.find(({ method }) => method === request.method);
    if (route === undefined) {
      const allow = found.map(({ method }) => method).join(', ');
      throw new HttpRefusal(405, 'invalid_request_error', `Use ${allow}`, { allow });
    }
    const id = route.path.exec(path)?.[1] ?? '';
    await route.run({ request, response, query, id });
  }

  private async chat(call: Call): Promise<void> {
    const { request, response } = call;
    this.checkRoom();
    const body = await readJsonBody(request, response, largestBody);
    const shape = shapeNamed(stringMember(body, 'shape') ?? call.query.get('shape') ?? 'text');
    const prompt = {
      text: promptOf(body),
      images: imagesOf(body),
      model: optionalText(body, 'model'),
      conversation: optionalText(body, 'conversation'),
    };
    const { stream } = body;
    if (stream !== undefined && typeof stream !== 'boolean') {
      throw unprocessable('stream must be true or false');
    }
    const sent = await this.options.gateway.send(prompt);
    if (sent === undefined) throw notFound('conversation');
    const { conversation, turn } = sent;
    const location = `/v1/turns/${turn.id}/events?conversation=${conversation.id}`;
    const headers = {
      'caudal-turn-id': turn.id,
      'caudal-conversation-id': conversation.id,
      location,
    };
    if (stream === false) {
      const ids = { turn: turn.id, conversation: conversation.id, events: location };
      this.reply(call, 202, ids, headers);
      return;
    }
    this.countAnswer(turn, turn);
    const leave = (): void => this.options.gateway.stop(turn.id);
    if (response.destroyed) leave();
    else this.streamTurn(call, turn, { cursor: startOfTurn, reset: false }, shape, headers);
    response.on('close', leave);
  }

  private async turnEvents(call: Call): Promise<void> {
    const { request, response, query, id } = call;
    const shape = shapeNamed(query.get('shape') ?? 'text');
    const lastId = request.headers['last-event-id'] ?? query.get('last_event_id') ?? '';
    const cursor = lastId === '' ? startOfTurn : parseCursorId(String(lastId));
    if (cursor === undefined) {
      throw new HttpRefusal(400, 'invalid_request_error', 'Last-Event-ID is none of ours');
    }
    const turn = await this.findTurn(id, query.get('conversation'));
    if (isAtEnd(turn, cursor)) {
      // What tells an EventSource not to connect again (WHATWG HTML, "Server-sent events").
      response.writeHead(204, this.access.corsHeaders(request)).end();
      return;
    }
    this.checkRoom();
    this.streamTurn(call, turn, resumePoint(turn, cursor), shape, {});
  }

  private async findTurn(id: string, conversationId: string | null): Promise<TurnDocument> {
    const { gateway } = this.options;
    const here = gateway.findTurn(id);
    if (here !== undefined) return here;
    const kept =
      conversationId === null ? undefined : await gateway.openConversation(conversationId);
    const turn = kept?.turn(id);
    if (turn === undefined) throw notFound('turn');
    return turn;
  }

  private streamTurn(
    call: Call,
    turn: TurnDocument,
    from: ResumePoint,
    shape: TurnShape,
    headers: Readonly<Record<string, string>>,
  ): void {
    const sink = this.openStream(call, headers, heartbeat, () => reader.drained());
    sink.write(encodeRetry(retryMs));
    const reader = new TurnEventReader(turn, from, shape, sink);
    call.response.on('close', () => reader.dispose());
  }

  private async conversations(call: Call): Promise<void> {
    const entries = await this.options.gateway.listConversations();
    this.reply(call, 200, {
      conversations: entries.map(({ id, title, createdAt, updatedAt, turns }) => {
        return { id, title, created_at: createdAt, updated_at: updatedAt, turns };
      }),
    });
  }

  private async conversation(call: Call): Promise<void> {
    const found = await this.options.gateway.openConversation(call.id);
    if (found === undefined) throw notFound('conversation');
    this.reply(call, 200, conversationBody(found));
  }

  private async stop(call: Call): Promise<void> {
    const turn = await this.findTurn(call.id, call.query.get('conversation'));
    this.options.gateway.stop(turn.id);
    call.request.resume();
    this.reply(call, 200, { turn: turn.id, status: turn.status.kind });
  }

  private async messages(call: Call): Promise<void> {
    const { request, response } = call;
    this.checkRoom();
    const { stream, ...body } = await readJsonBody(request, response, largestBody);
    if (response.destroyed) return;
    const beta = request.headers['anthropic-beta'];
    const answer = this.options.gateway.relay(
      messageRequest(body),
      beta === undefined ? {} : { 'anthropic-beta': String(beta) },
    );
    this.countAnswer(answer, answer.turn);
    response.on('close', () => answer.stop());
    if (stream === true) this.streamMessage(call, answer.turn);
    else this.replyWithMessage(call, answer.turn);
  }

  /** The status line waits for the beginning of the answer: until then a failure is an HTTP status, as the API's is. */
  private streamMessage(call: Call, turn: TurnDocument): void {
    const reader = new MessageEventReader(turn);
    let sink: EventResponse | undefined;
    let isReady = true;
    const pump = (): void => {
      while (isReady) {
        const failure = sink === undefined ? failureOf(turn) : undefined;
        if (failure !== undefined && !turn.hasOutput) {
          listening.dispose();
          this.replyWithFailure(call, turn);
          return;
        }
        const out = reader.read();
        if (out === '') break;
        sink ??= this.openStream(call, requestIdOf(turn), ping, () => {
          isReady = true;
          pump();
        });
        isReady = sink.write(out);
      }
      if (!reader.isAtEnd) return;
      listening.dispose();
      sink?.end();
    };
    const listening = turn.onDidChange(pump);
    call.response.on('close', () => listening.dispose());
    pump();
  }

  private replyWithMessage(call: Call, turn: TurnDocument): void {
    const look = (): void => {
      if (!turn.isTerminal) return;
      listening.dispose();
      if (failureOf(turn) === undefined)
        this.reply(call, 200, wireMessage(turn), requestIdOf(turn));
      else this.replyWithFailure(call, turn);
    };
    const listening = turn.onDidChange(look);
    look();
  }

  private replyWithFailure(call: Call, turn: TurnDocument): void {
    const failure = failureOf(turn);
    if (failure === undefined || call.response.destroyed) return;
    // What can be tried again has been tried again.
    const headers = { ...requestIdOf(turn), 'x-should-retry': 'false' };
    this.reply(call, failure.status, failure.body, headers);
  }

  /** @throws HttpRefusal */
  private checkRoom(): void {
    if (this.streams.size < mostStreams && this.answers.size < mostAnswers) return;
    throw new HttpRefusal(429, 'rate_limit_error', 'Too many streams at once', {
      'retry-after': '5',
    });
  }

  private countAnswer(answer: RelayedAnswer | TurnDocument, turn: TurnDocument): void {
    this.answers.add(answer);
    const listening = turn.onDidChange(() => {
      if (!turn.isTerminal) return;
      listening.dispose();
      this.answers.delete(answer);
    });
  }

  private openStream(
    { request, response }: Call,
    headers: Readonly<Record<string, string>>,
    beat: string,
    onDrain: () => void,
  ): EventResponse {
    const { clock, heartbeatMs = 15_000, mostMissed = 8 } = this.options;
    this.streams.add(response);
    this.clientsChanged.fire(this.clients);
    response.on('close', () => {
      this.streams.delete(response);
      this.clientsChanged.fire(this.clients);
    });
    const all = { ...headers, ...this.access.corsHeaders(request) };
    return new EventResponse(
      response,
      { clock, headers: all, heartbeat: beat, heartbeatMs, mostMissed },
      onDrain,
    );
  }

  private reply(
    { request, response }: Pick<Call, 'request' | 'response'>,
    status: number,
    body: JsonObject,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    response
      .writeHead(status, {
        ...headers,
        ...this.access.corsHeaders(request),
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      .end(JSON.stringify(body));
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const known = error instanceof HttpRefusal ? error : undefined;
    // Never the address: it may hold the token.
    if (known === undefined) this.options.log.error(`SSE adapter: ${String(error)}`);
    const { status, type, message, headers } =
      known ?? new HttpRefusal(500, 'api_error', 'Something went wrong; the log says what');
    this.linger(request);
    this.reply({ request, response }, status, errorBody(type, message), headers);
  }

  /** Reads on for a moment, and keeps nothing of it. */
  private linger(request: IncomingMessage): void {
    const { socket } = request;
    const timer = this.options.clock.setTimer(lingerMs, () => socket.destroy());
    request.on('close', () => timer.dispose());
    request.resume();
  }
}

function conversationBody({ id, title, createdAt, turns }: Conversation): JsonObject {
  return {
    id,
    title,
    created_at: createdAt,
    turns: turns.map((turn) => {
      const { role, status, createdAt: at } = turn;
      return { id: turn.id, role, status: status.kind, created_at: at };
    }),
  };
}

function shapeNamed(name: string): TurnShape {
  if (name === 'text') return textShape;
  if (name === 'events') return eventsShape;
  throw unprocessable('shape must be text or events');
}

function promptOf(body: JsonObject): string {
  const prompt = stringMember(body, 'prompt') ?? '';
  if (prompt.trim() === '') throw unprocessable('prompt must be a text that is not empty');
  return prompt;
}

function optionalText(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value)) return value;
  throw unprocessable(`${name} must be an id`);
}

/** What has to be there for a request to be sent on: the server checks the rest. */
function messageRequest(body: JsonObject): MessageRequest {
  const isComplete =
    stringMember(body, 'model') !== undefined &&
    numberMember(body, 'max_tokens') !== undefined &&
    Array.isArray(body['messages']);
  if (isComplete) return body as unknown as MessageRequest;
  const message = 'model, max_tokens and messages are required';
  throw new HttpRefusal(400, 'invalid_request_error', message);
}

function requestIdOf({ meta }: TurnDocument): Readonly<Record<string, string>> {
  return meta.requestId === undefined ? {} : { 'request-id': meta.requestId };
}

function unprocessable(message: string): HttpRefusal {
  return new HttpRefusal(422, 'invalid_request_error', message);
}

function notFound(what: 'conversation' | 'turn'): HttpRefusal {
  return new HttpRefusal(404, 'not_found_error', `This ${what} does not exist`);
}

/** Answers what is no HTTP, or came too slowly to become a request. */
function refuseRaw(code: string | undefined, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, type, message] =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'timeout_error', 'The request came too slowly']
      : code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'request_too_large', 'The headers are too large']
        : ['400 Bad Request', 'invalid_request_error', 'The request is not valid HTTP'];
  const body = JSON.stringify(errorBody(type, message));
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
