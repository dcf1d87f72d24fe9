import type { Clock } from '../core/clock';
import { DisposableStore, toDisposable, type Disposable } from '../core/disposable';
import { Emitter, type Event } from '../core/emitter';
import type { Logger } from '../core/logger';
import type { ModelInfo } from '../core/modelInfo';
import { errorText } from './errorText';

/** The longest that a request waits for the list of models, in ms; without it the request goes out all the same. */
const longestWaitMs = 2_500;
/** How long a list counts as fresh, and how long a failed one is not asked for again, in ms. */
const freshMs = 30 * 60_000;
const failedMs = 60_000;
/** After this the list is given up, in ms. */
const loadTimeoutMs = 30_000;

export interface ModelSource {
  /** Fires when the server or the key may have changed: what was listed is another's. */
  readonly onDidChange: Event<void>;
  list(signal: AbortSignal): Promise<readonly ModelInfo[]>;
}

/** What the server says about its models: asked for once, kept, and never in the way of a request. */
export class ModelCatalog implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  readonly onDidChange = this.changed.event;

  private models: readonly ModelInfo[] | undefined;
  private loading: Promise<readonly ModelInfo[]> | undefined;
  private loadedAt = Number.NEGATIVE_INFINITY;
  private failedAt = Number.NEGATIVE_INFINITY;
  private abort = new AbortController();

  constructor(
    private readonly source: ModelSource,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.disposables.add(source.onDidChange(() => this.forget()));
    this.disposables.add(toDisposable(() => this.abort.abort()));
  }

  /** What is known now; undefined before the first list. */
  get known(): readonly ModelInfo[] | undefined {
    return this.models;
  }

  /** What is known now about one model. */
  find(id: string): ModelInfo | undefined {
    return this.models?.find((model) => model.id === id);
  }

  /**
   * Asks the server again; requests under way are shared.
   *
   * @throws FaultError when it does not answer with a list.
   */
  refresh(): Promise<readonly ModelInfo[]> {
    this.loading ??= this.load();
    return this.loading;
  }

  /** Asks in the background where nothing fresh is known. */
  prefetch(): void {
    const now = this.clock.now();
    if (now - this.loadedAt < freshMs || now - this.failedAt < failedMs) return;
    this.refresh().catch(() => {
      // Logged where it failed; a request works without.
    });
  }

  /** All models as far as they are known; waits a little for the first list. Never rejects. */
  async list(): Promise<readonly ModelInfo[] | undefined> {
    this.prefetch();
    if (this.models === undefined && this.loading !== undefined) {
      await this.waitALittle(this.loading);
    }
    return this.models;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async load(): Promise<readonly ModelInfo[]> {
    const abort = new AbortController();
    this.abort = abort;
    const timer = this.clock.setTimer(loadTimeoutMs, () => abort.abort());
    try {
      const models = await this.source.list(abort.signal);
      if (abort === this.abort) {
        this.models = models;
        this.loadedAt = this.clock.now();
        this.changed.fire();
      }
      return models;
    } catch (error) {
      this.log.info(`The models could not be listed: ${errorText(error)}`);
      if (abort === this.abort) this.failedAt = this.clock.now();
      throw error;
    } finally {
      timer.dispose();
      if (abort === this.abort) this.loading = undefined;
    }
  }

  private async waitALittle(loading: Promise<unknown>): Promise<void> {
    let timer: Disposable | undefined;
    const longEnough = new Promise<void>((resolve) => {
      timer = this.clock.setTimer(longestWaitMs, resolve);
    });
    await Promise.race([loading.catch(() => undefined), longEnough]);
    timer?.dispose();
  }

  private forget(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.loading = undefined;
    this.loadedAt = Number.NEGATIVE_INFINITY;
    this.failedAt = Number.NEGATIVE_INFINITY;
    if (this.models === undefined) return;
    this.models = undefined;
    this.changed.fire();
  }
}
