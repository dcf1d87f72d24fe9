import assert from 'node:assert/strict';
import { ManualClock } from './manualClock';

describe('ManualClock', () => {
  it('calls timers in the order in which they fall due, at their own time', () => {
    const clock = new ManualClock();
    const calls: string[] = [];
    clock.setTimer(20, () => calls.push(`late ${clock.now()}`));
    clock.setTimer(10, () => {
      calls.push(`early ${clock.now()}`);
      clock.setTimer(5, () => calls.push(`nested ${clock.now()}`));
    });
    clock.advance(30);
    assert.deepEqual(calls, ['early 10', 'nested 15', 'late 20']);
    assert.equal(clock.now(), 30);
    assert.equal(clock.pendingTimers, 0);
  });

  it('never calls a disposed timer', () => {
    const clock = new ManualClock();
    const timer = clock.setTimer(10, () => assert.fail('called'));
    timer.dispose();
    clock.advance(100);
    assert.equal(clock.pendingTimers, 0);
  });

  it('keeps monotonic time apart from the wall', () => {
    const clock = new ManualClock(1_000);
    clock.advance(500);
    assert.equal(clock.wallNow(), 1_500);
    clock.setWall(9_000);
    assert.equal(clock.now(), 500);
    assert.equal(clock.wallNow(), 9_000);
  });

  it('lets promises run between timers when asked to', async () => {
    const clock = new ManualClock();
    const calls: number[] = [];
    const again = async (): Promise<void> => {
      await Promise.resolve();
      clock.setTimer(10, () => {
        calls.push(clock.now());
        if (calls.length < 3) void again();
      });
    };
    void again();
    await clock.advanceAsync(35);
    assert.deepEqual(calls, [10, 20, 30]);
  });
});
