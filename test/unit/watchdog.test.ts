import assert from 'node:assert/strict';
import type { Clock } from '../../src/core/clock';
import { Watchdog } from '../../src/core/watchdog';
import { ManualClock } from './manualClock';

function start(clock: Clock): { watchdog: Watchdog; events: string[] } {
  const events: string[] = [];
  const watchdog = new Watchdog(clock, {
    noticeAfterMs: 15_000,
    giveUpAfterMs: 90_000,
    onSilence: (isSilent) => events.push(isSilent ? 'silent' : 'heard'),
    onGiveUp: () => events.push('gave up'),
  });
  return { watchdog, events };
}

describe('Watchdog', () => {
  it('tells of a silence, then gives up, once (T41, T42)', () => {
    const clock = new ManualClock();
    const { events } = start(clock);
    clock.advance(14_999);
    assert.deepEqual(events, []);
    clock.advance(1);
    assert.deepEqual(events, ['silent']);
    clock.advance(75_000);
    assert.deepEqual(events, ['silent', 'gave up']);
    clock.advance(1_000_000);
    assert.deepEqual(events, ['silent', 'gave up']);
    assert.equal(clock.pendingTimers, 0);
  });

  it('lets ten minutes of thinking pass while pings come (T43)', () => {
    const clock = new ManualClock();
    const { watchdog, events } = start(clock);
    for (let i = 0; i < 60; i++) {
      clock.advance(10_000);
      watchdog.feed();
    }
    assert.deepEqual(events, []);
    watchdog.dispose();
  });

  it('takes the notice back when something comes (T112)', () => {
    const clock = new ManualClock();
    const { watchdog, events } = start(clock);
    clock.advance(40_000);
    watchdog.feed();
    clock.advance(14_000);
    assert.deepEqual(events, ['silent', 'heard']);
    clock.advance(1_000);
    assert.deepEqual(events, ['silent', 'heard', 'silent']);
    watchdog.dispose();
  });

  it('does nothing after it was disposed: a cancelled turn is not timed out (T44)', () => {
    const clock = new ManualClock();
    const { watchdog, events } = start(clock);
    watchdog.dispose();
    clock.advance(1_000_000);
    watchdog.feed();
    assert.deepEqual(events, []);
    assert.equal(clock.pendingTimers, 0);
  });

  it('counts anew after the machine slept for an hour (T44)', () => {
    const clock = new SleepingClock();
    const { watchdog, events } = start(clock);
    clock.sleep(3_600_000);
    assert.deepEqual(events, []);
    clock.advance(15_000);
    assert.deepEqual(events, ['silent']);
    clock.sleep(3_600_000);
    assert.deepEqual(events, ['silent']);
    clock.advance(90_000);
    assert.deepEqual(events, ['silent', 'gave up']);
    watchdog.dispose();
  });
});

/** A clock whose machine sleeps: time jumps, and timers that fell due meanwhile come late, all at once. */
class SleepingClock extends ManualClock {
  private skipped = 0;

  override now(): number {
    return super.now() + this.skipped;
  }

  sleep(ms: number): void {
    this.skipped += ms;
    // The system wakes overdue timers at once.
    this.advance(this.nextTimerInMs ?? 0);
  }
}
