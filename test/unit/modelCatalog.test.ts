import assert from 'node:assert/strict';
import { Emitter } from '../../src/core/emitter';
import type { ModelInfo } from '../../src/core/modelInfo';
import { ModelCatalog } from '../../src/host/modelCatalog';
import { groupModels, shortTokens } from '../../src/host/modelChoices';
import { ManualClock, settle } from './manualClock';
import { SilentLogger } from './silentLogger';

function model(id: string, more: Partial<ModelInfo> = {}): ModelInfo {
  return {
    id,
    displayName: id,
    line: null,
    lifecycle: 'active',
    retiresAt: null,
    maxInputTokens: null,
    maxOutputTokens: null,
    capabilities: null,
    ...more,
  };
}

class Ground {
  readonly clock = new ManualClock();
  readonly changed = new Emitter<void>();
  readonly log = new SilentLogger();
  readonly requests: {
    readonly signal: AbortSignal;
    readonly answer: (models: readonly ModelInfo[]) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  readonly catalog = new ModelCatalog(
    {
      onDidChange: this.changed.event,
      list: (signal) =>
        new Promise((answer, fail) => {
          this.requests.push({ signal, answer, fail });
          signal.addEventListener('abort', () => fail(signal.reason as Error));
        }),
    },
    this.clock,
    this.log,
  );
}

describe('ModelCatalog', () => {
  it('asks once for all who want to know', async () => {
    const { catalog, requests } = new Ground();
    const waiting = [catalog.refresh(), catalog.list(), catalog.refresh()];
    requests[0]!.answer([model('a')]);
    for (const models of await Promise.all(waiting)) assert.equal(models?.[0]?.id, 'a');
    assert.equal(requests.length, 1);
    assert.equal(catalog.find('a')?.id, 'a');
    assert.equal(catalog.find('b'), undefined);
  });

  it('does not ask again while the list is fresh', async () => {
    const { catalog, requests, clock } = new Ground();
    const first = catalog.list();
    requests[0]!.answer([model('a')]);
    await first;
    clock.advance(60_000);
    await catalog.list();
    assert.equal(requests.length, 1);
    clock.advance(60 * 60_000);
    // An old list is as good as none is bad: nobody waits for the new one.
    assert.equal((await catalog.list())?.[0]?.id, 'a');
    assert.equal(requests.length, 2);
  });

  it('never holds a request back for long', async () => {
    const { catalog, clock } = new Ground();
    const waiting = catalog.list();
    await clock.advanceAsync(10_000);
    assert.equal(await waiting, undefined);
  });

  it('lets requests work without a list, and does not ask a server for it at every turn', async () => {
    const { catalog, requests, clock, log } = new Ground();
    const waiting = catalog.list();
    requests[0]!.fail(new Error('HTTP 404'));
    assert.equal(await waiting, undefined);
    assert.match(log.messages('info').join(), /HTTP 404/);
    assert.equal(await catalog.list(), undefined);
    assert.equal(requests.length, 1);
    clock.advance(120_000);
    void catalog.list();
    assert.equal(requests.length, 2);
  });

  it('gives a list up that does not come, and asks anew the next time', async () => {
    const { catalog, requests, clock } = new Ground();
    const waiting = catalog.refresh();
    const rejected = assert.rejects(waiting);
    await clock.advanceAsync(60_000);
    await rejected;
    assert.ok(requests[0]!.signal.aborted);
    const again = catalog.refresh();
    assert.ok(!requests[1]!.signal.aborted);
    requests[1]!.answer([model('a')]);
    assert.equal((await again).length, 1);
    assert.equal(clock.pendingTimers, 0);
  });

  it('forgets one server’s models when there is another', async () => {
    const { catalog, requests, changed } = new Ground();
    const first = catalog.refresh();
    requests[0]!.answer([model('a')]);
    await first;
    const late = catalog.refresh();
    const rejected = assert.rejects(late);
    changed.fire();
    await rejected;
    assert.ok(requests[1]!.signal.aborted);
    assert.equal(catalog.known, undefined);
    const second = catalog.list();
    requests[2]!.answer([model('b')]);
    assert.equal((await second)?.[0]?.id, 'b');
  });

  it('tells when the list came', async () => {
    const { catalog, requests } = new Ground();
    let told = 0;
    catalog.onDidChange(() => told++);
    catalog.prefetch();
    requests[0]!.answer([]);
    await settle();
    assert.equal(told, 1);
  });

  it('leaves no request behind when it ends', async () => {
    const { catalog, requests } = new Ground();
    catalog.prefetch();
    catalog.dispose();
    await settle();
    assert.ok(requests[0]!.signal.aborted);
  });
});

describe('groupModels', () => {
  it('keeps the server’s order within a line, and leaves out what is retired', () => {
    const groups = groupModels([
      model('x'),
      model('o2', { line: 'opus' }),
      model('s2', { line: 'sonnet' }),
      model('o1', { line: 'opus', lifecycle: 'deprecated' }),
      model('o0', { line: 'opus', lifecycle: 'retired' }),
    ]);
    assert.deepEqual(
      groups.map(({ line, models }) => [line, models.map(({ id }) => id)]),
      [
        ['opus', ['o2', 'o1']],
        ['sonnet', ['s2']],
        [null, ['x']],
      ],
    );
  });

  it('says sizes as people do', () => {
    const sizes = [200_000, 1_000_000, 128_000, 8_192, 512, 1_048_576, 999_999].map(shortTokens);
    assert.deepEqual(sizes, ['200K', '1M', '128K', '8.2K', '512', '1M', '1M']);
  });
});
