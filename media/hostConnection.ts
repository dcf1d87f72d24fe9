import type { HostToView } from '../src/protocol/hostToView';
import type { ViewToHost } from '../src/protocol/viewToHost';
import type { Disposable } from '../src/core/disposable';
import { parseHostMessage } from './parseHostMessage';
import type { VsCodeApi } from './vsCodeApi';

type Request = Extract<ViewToHost, { readonly id: number }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** How long a request may go unanswered, in ms: the host answers in one round trip, whatever it then does. */
const replyWithinMs = 30_000;

/** The host said no, in words for the person; or it said nothing, and `words` is null. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly words: string | null,
    /** Whether the words are a question, to which the person may say yes. */
    readonly isQuestion = false,
  ) {
    super('the host refused a request');
  }
}

interface Pending {
  readonly settle: (error: string | null, isQuestion: boolean) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Messages to and from the host. Everything that arrives is checked; every request settles. */
export class HostConnection implements Disposable {
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private readonly onMessage = (event: MessageEvent<unknown>): void => {
    const message = parseHostMessage(event.data);
    if (message === undefined) return;
    if (message.type === 'reply') this.settle(message);
    else this.receive(message);
  };

  constructor(
    private readonly api: VsCodeApi,
    private readonly receive: (message: Exclude<HostToView, { readonly type: 'reply' }>) => void,
  ) {
    window.addEventListener('message', this.onMessage);
  }

  post(message: ViewToHost): void {
    this.api.postMessage(message);
  }

  /** Resolves when the host agrees; rejects with a {@link RequestError} when it does not, or does not answer. */
  request(message: WithoutId<Request>): Promise<void> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new RequestError(null));
      }, replyWithinMs);
      const settle: Pending['settle'] = (error, isQuestion) => {
        clearTimeout(timer);
        if (error === null) resolve();
        else reject(new RequestError(error, isQuestion));
      };
      this.pending.set(id, { settle, timer });
      this.post({ ...message, id });
    });
  }

  dispose(): void {
    window.removeEventListener('message', this.onMessage);
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }

  private settle({
    id,
    error,
    isQuestion = false,
  }: Extract<HostToView, { readonly type: 'reply' }>): void {
    this.pending.get(id)?.settle(error, isQuestion);
    this.pending.delete(id);
  }
}
