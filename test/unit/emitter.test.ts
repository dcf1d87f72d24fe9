import assert from 'node:assert/strict';
import { DisposableStore, toDisposable } from '../../src/core/disposable';
import { Emitter } from '../../src/core/emitter';
import { settle } from './manualClock';

describe('Emitter', () => {
  it('calls its listeners in the order in which they subscribed', () => {
    const emitter = new Emitter<number>();
    const calls: string[] = [];
    emitter.event((value) => calls.push(`a${value}`));
    emitter.event((value) => calls.push(`b${value}`));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(calls, ['a1', 'b1', 'a2', 'b2']);
  });

  it('lets the same function subscribe twice, and unsubscribe one of the two', () => {
    const emitter = new Emitter<void>();
    let calls = 0;
    const listener = (): void => {
      calls++;
    };
    const first = emitter.event(listener);
    emitter.event(listener);
    emitter.fire();
    assert.equal(calls, 2);
    first.dispose();
    first.dispose();
    emitter.fire();
    assert.equal(calls, 3);
  });

  it('no longer calls a listener that an earlier one unsubscribed', () => {
    const emitter = new Emitter<void>();
    emitter.event(() => second.dispose());
    const second = emitter.event(() => assert.fail('called'));
    emitter.fire();
  });

  it('calls a listener that subscribes while it fires from the next time on', () => {
    const emitter = new Emitter<void>();
    let late = 0;
    const first = emitter.event(() => {
      first.dispose();
      emitter.event(() => {
        late++;
      });
    });
    emitter.fire();
    assert.equal(late, 0);
    emitter.fire();
    assert.equal(late, 1);
  });

  it('lets a broken listener hurt nobody else, and its error surface (T110)', async () => {
    const emitter = new Emitter<void>();
    let heard = 0;
    emitter.event(() => {
      throw new Error('broken reader');
    });
    emitter.event(() => {
      heard++;
    });
    // Mocha takes unhandled rejections for failures: here one is what is wanted.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const surfaced = new Promise<unknown>((resolve) => {
      process.once('unhandledRejection', resolve);
    });
    try {
      emitter.fire();
      assert.equal(heard, 1);
      const error = await surfaced;
      assert.ok(error instanceof Error && error.message === 'broken reader');
      await settle();
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });

  it('calls nobody once it is disposed', () => {
    const emitter = new Emitter<void>();
    emitter.event(() => assert.fail('called'));
    emitter.dispose();
    emitter.fire();
  });
});

describe('DisposableStore', () => {
  it('disposes what it owns, last come first, once', () => {
    const order: number[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => order.push(1)));
    store.add(toDisposable(() => order.push(2)));
    store.dispose();
    store.dispose();
    assert.deepEqual(order, [2, 1]);
  });

  it('disposes what comes too late at once', () => {
    const store = new DisposableStore();
    store.dispose();
    let disposed = false;
    store.add(toDisposable(() => (disposed = true)));
    assert.equal(disposed, true);
  });

  it('disposes the rest where one throws, and then says so', () => {
    const store = new DisposableStore();
    let disposed = false;
    store.add(toDisposable(() => (disposed = true)));
    store.add(
      toDisposable(() => {
        throw new Error('stuck');
      }),
    );
    assert.throws(() => store.dispose(), AggregateError);
    assert.equal(disposed, true);
  });
});
