import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { isJsonObject } from '../../src/core/json';
import { requestKeyRefusal, versionRefusal, type KeyRules } from './accessRules';
import { modelPage, pageRefusal } from './modelPage';
import { findModel, modelEntry, wireModels } from './modelTable';
import { PromptCache } from './promptCache';
import { ReceivedRequest } from './receivedRequest';
import { errorBody, invalid, refusal, type Refusal } from './refusal';
import { readBody } from './requestBody';
import { validateRequest } from './requestValidator';
import { textAnswer, type Scenario } from './scenario';
import { ScriptedAnswer } from './scriptedAnswer';
import { scriptedEvents, wholeMessage, type ScriptedMessage } from './scriptedEvents';
import { closed, sleep } from './sleep';
import { estimateTokens } from './tokenEstimate';

type ScenarioSource = Scenario | ((request: ReceivedRequest) => Scenario);

export interface MessagesServerOptions extends KeyRules {
  /** A free one where missing. */
  readonly port?: number;
  /** 127.0.0.1 where missing. */
  readonly host?: string;
  readonly scenario?: ScenarioSource;
  /** Off: any JSON is taken. */
  readonly validate?: boolean;
  /** `minimal`: like a small gateway, without capabilities, token counts, betas and optional fields. */
  readonly dialect?: 'anthropic' | 'minimal';
}

/** A local server that speaks the Messages API's wire format, faults included, and remembers what each client sent. */
export class MessagesServer {
  readonly requests: ReceivedRequest[] = [];
  /** `http://127.0.0.1:` and the port. */
  readonly url: string;
  private readonly queued: ScenarioSource[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly waiting = new Set<() => void>();
  private readonly cache = new PromptCache();
  /** Made-up `data` of redacted thinking that went out, and is right when it comes back. */
  private readonly issued = new Set<string>();
  private scenario: ScenarioSource;
  private serial = 0;
  private isClosing = false;

  private constructor(
    private readonly server: Server,
    private readonly options: MessagesServerOptions,
  ) {
    const { address, family, port } = server.address() as AddressInfo;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.scenario = options.scenario ?? textAnswer('Hello from the wire.');
    server.on('request', (request, response) => {
      this.handle(request, response).catch(() => response.destroy());
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

  /** @throws Error where the port is taken. */
  static async start(options: MessagesServerOptions = {}): Promise<MessagesServer> {
    const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return new MessagesServer(server, options);
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

  /** Resolves when so many deltas of the answer have been sent. */
  waitForDeltas(request: ReceivedRequest, count: number): Promise<void> {
    return this.until(() => request.sentDeltas >= count);
  }

  /** Resolves when the client has hung up on this request. */
  waitForHangUp(request: ReceivedRequest): Promise<void> {
    return this.until(() => request.hungUpAt !== undefined);
  }

  /** Resolves when the condition holds; looked at whenever anything happens here. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  /** Cuts every connection, as a lost network does. */
  cutConnections(): void {
    for (const request of this.requests) request.brokenOff = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Cuts every connection and refuses new ones, as a network does that is gone; `comeBack` ends that. */
  async goAway(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cutConnections();
    await closed;
  }

  /** Listens again, where it was before. */
  async comeBack(): Promise<void> {
    const { hostname, port } = new URL(this.url);
    await new Promise<void>((resolve) => this.server.listen(Number(port), hostname, resolve));
  }

  /** From then on connections are refused. */
  async close(): Promise<void> {
    this.isClosing = true;
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = await readBody(request);
    const text = body.kind === 'too-large' ? '' : body.text;
    const received = new ReceivedRequest({
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      text,
      receivedAt: performance.now(),
      attempt: 1 + this.requests.filter((earlier) => earlier.text === text).length,
    });
    this.requests.push(received);
    response.on('close', () => {
      const isOurs = received.completed || received.brokenOff || this.isClosing;
      if (!isOurs && !response.writableFinished) received.hungUpAt = performance.now();
      this.notify();
    });
    this.notify();
    const refused =
      requestKeyRefusal(request.headers, this.options) ??
      versionRefusal(received, this.isMinimal) ??
      (body.kind === 'too-large'
        ? refusal(413)
        : body.kind === 'malformed'
          ? invalid(`The request body is not valid JSON: ${body.reason}`)
          : undefined);
    return refused === undefined ? this.route(received, response) : this.refuse(response, refused);
  }

  private get isMinimal(): boolean {
    return this.options.dialect === 'minimal';
  }

  private route(received: ReceivedRequest, response: ServerResponse): void | Promise<void> {
    const { path } = received;
    const modelsPath = '/v1/models';
    const isCount = path === '/v1/messages/count_tokens' && !this.isMinimal;
    const method = path === '/v1/messages' || isCount ? 'POST' : 'GET';
    const isKnown = method === 'POST' || path === modelsPath || path.startsWith(`${modelsPath}/`);
    if (!isKnown) return this.refuse(response, refusal(404));
    if (received.method !== method) return this.refuse(response, refusal(405));
    if (isCount) return this.countTokens(received, response);
    if (method === 'POST') return this.answer(received, response);
    return path === modelsPath
      ? this.listModels(received, response)
      : this.showModel(decodeURIComponent(path.slice(modelsPath.length + 1)), response);
  }

  private listModels({ query }: ReceivedRequest, response: ServerResponse): void {
    const refused = pageRefusal(query);
    if (refused !== undefined) return this.refuse(response, refused);
    const entries = this.isMinimal
      ? [{ id: 'qwen3-coder', display_name: 'qwen3-coder' }]
      : wireModels.map((model) => modelEntry(model, true));
    this.json(response, 200, modelPage(entries, query));
  }

  private showModel(id: string, response: ServerResponse): void {
    const model = this.isMinimal ? undefined : findModel(id);
    if (model === undefined) this.refuse(response, refusal(404, `model: ${id}`));
    else this.json(response, 200, modelEntry(model, true));
  }

  private countTokens({ body, betas }: ReceivedRequest, response: ServerResponse): void {
    const refused = this.validates
      ? validateRequest(body, 'anthropic', { endpoint: 'count_tokens', betas })
      : undefined;
    if (refused !== undefined) return this.refuse(response, refused);
    const { system, tools, messages } = body;
    this.json(response, 200, { input_tokens: estimateTokens([system, tools, messages]) });
  }

  private get validates(): boolean {
    return this.options.validate ?? true;
  }

  private async answer(received: ReceivedRequest, response: ServerResponse): Promise<void> {
    const { body, betas } = received;
    const { dialect = 'anthropic' } = this.options;
    const refused = this.validates
      ? validateRequest(body, dialect, { betas, issued: this.issued })
      : undefined;
    if (refused !== undefined) return this.refuse(response, refused);
    const source = this.queued.shift() ?? this.scenario;
    const scenario = typeof source === 'function' ? source(received) : source;
    for (const block of scenario.blocks ?? []) {
      if (block.type === 'redacted_thinking' && block.data !== undefined)
        this.issued.add(block.data);
    }
    if (scenario.delayHeadersMs !== undefined) await sleep(scenario.delayHeadersMs, response);
    if (response.destroyed) return;
    const requestId = this.nextId('req');
    const message: ScriptedMessage = {
      scenario,
      request: body,
      messageId: this.nextId('msg'),
      promptUsage: this.cache.use(body, performance.now()),
    };
    const { fault } = scenario;
    switch (fault?.kind) {
      case 'http':
        return this.httpFault(response, fault.status, fault.body, fault.headers);
      case 'html':
        return this.html(response, 200, fault.html);
      case 'empty':
        received.brokenOff = true;
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
        return;
      case 'reset-before-headers':
        received.brokenOff = true;
        response.socket?.resetAndDestroy();
        return;
      case 'never-answers':
        return closed(response);
      default:
        break;
    }
    if (fault?.kind === 'whole-json' || body['stream'] !== true) {
      received.completed = true;
      return this.json(response, 200, wholeMessage(message), scenario.headers, requestId);
    }
    const stage = { response, received, requestId, onSent: () => this.notify() };
    await new ScriptedAnswer(stage, scenario, scriptedEvents(message)).play();
  }

  private httpFault(
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    if (typeof body === 'string') return this.html(response, status, body, headers);
    if (body !== undefined || status < 400) return this.json(response, status, body ?? {}, headers);
    this.refuse(response, refusal(status), headers);
  }

  private refuse(
    response: ServerResponse,
    { status, type, message }: Refusal,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const requestId = this.nextId('req');
    this.json(response, status, errorBody(type, message, requestId), headers, requestId);
  }

  private json(
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
    requestId = this.nextId('req'),
  ): void {
    const isError = isJsonObject(body) && body['error'] !== undefined;
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
    if (this.waiting.size === 0) return;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
