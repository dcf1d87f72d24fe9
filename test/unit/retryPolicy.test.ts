import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Failure, FailureKind } from '../../src/core/failure';
import {
  nextStep,
  type FailedAttempt,
  type NextStep,
  type RetryLimits,
} from '../../src/core/retryPolicy';
import { checkProperty, propertyTimeout } from './propertyRuns';

const limits: RetryLimits = {
  maxRetries: 5,
  maxRetryAfterMs: 120_000,
  resume: 'resume',
  maxRetryCostUsd: 1,
};

const first: Omit<FailedAttempt, 'failure'> = {
  retries: 0,
  allRetries: 0,
  costUsd: undefined,
  hasOutput: false,
  canResume: false,
  wasReached: false,
  canHeal: false,
};

function failure(more: Partial<Failure> = {}): Failure {
  return { kind: 'server-error', retryable: true, action: 'try-again', ...more };
}

function step(
  more: Partial<FailedAttempt> = {},
  random = 0.5,
  mode: Partial<RetryLimits> = {},
): NextStep {
  return nextStep({ ...first, failure: failure(), ...more }, { ...limits, ...mode }, random);
}

function waitMs(retries: number, random: number, more: Partial<Failure> = {}): number {
  const next = step({ failure: failure(more), retries }, random);
  assert(next.kind === 'retry');
  return next.inMs;
}

const kinds: readonly FailureKind[] = ['server-error', 'rate-limited', 'overloaded', 'timeout'];

describe('retryPolicy', () => {
  it('retries what may pass, before any output, as often as allowed', () => {
    assert.equal(step().kind, 'retry');
    assert.equal(step({ retries: 4 }).kind, 'retry');
    assert.deepEqual(step({ retries: 5 }), { kind: 'failed' });
    assert.deepEqual(step({ failure: failure({ retryable: false }) }), { kind: 'failed' });
  });

  describe('after some of the answer has arrived', () => {
    const cut = { hasOutput: true, canResume: true };

    it('asks for the rest (T54)', () => {
      assert.equal(step(cut).kind, 'resume');
      assert.equal(step({ ...cut, retries: 4 }).kind, 'resume');
    });

    it('never takes shown text away by itself, unless the settings say so (T79)', () => {
      assert.deepEqual(step(cut, 0.5, { resume: 'ask' }), { kind: 'interrupted', resumable: true });
      assert.equal(step(cut, 0.5, { resume: 'startOver' }).kind, 'retry');
    });

    it('leaves it to the person where attempts or cost are used up, or the failure stays', () => {
      const interrupted = { kind: 'interrupted', resumable: true };
      assert.deepEqual(step({ ...cut, retries: 5 }), interrupted);
      assert.deepEqual(step({ ...cut, allRetries: 20 }), interrupted);
      assert.deepEqual(step({ ...cut, costUsd: 1.01 }), interrupted);
      assert.equal(step({ ...cut, costUsd: 1 }).kind, 'resume');
      assert.deepEqual(step({ ...cut, failure: failure({ retryable: false }) }), interrupted);
    });

    it('asks again where nothing of it can be kept', () => {
      assert.equal(step({ hasOutput: true }).kind, 'retry');
      assert.deepEqual(step({ hasOutput: true, retries: 5 }), {
        kind: 'interrupted',
        resumable: false,
      });
    });
  });

  it('waits for a network that is gone, and only for that (T51)', () => {
    const gone = (kind: FailureKind, more: Partial<FailedAttempt> = {}): NextStep =>
      step({ failure: failure({ kind }), ...more });
    assert.deepEqual(gone('no-network'), { kind: 'pause', then: 'retry' });
    for (const kind of ['host-not-found', 'connection-refused'] as const) {
      assert.equal(gone(kind).kind, 'retry');
      assert.deepEqual(gone(kind, { wasReached: true }), { kind: 'pause', then: 'retry' });
      const cut = { wasReached: true, hasOutput: true, canResume: true };
      assert.deepEqual(gone(kind, cut), { kind: 'pause', then: 'resume' });
    }
    assert.equal(gone('connection-lost', { wasReached: true }).kind, 'retry');
  });

  it('heals refused thinking once, and nothing else (T115)', () => {
    const refused = failure({ kind: 'invalid-thinking-signature', retryable: false });
    assert.deepEqual(step({ failure: refused, canHeal: true }), { kind: 'heal' });
    assert.deepEqual(step({ failure: refused }), { kind: 'failed' });
    assert.equal(step({ canHeal: true }).kind, 'retry');
  });

  it('leaves a wait above the limit to the person', () => {
    assert.equal(step({ failure: failure({ retryAfterMs: 120_000 }) }).kind, 'retry');
    assert.deepEqual(step({ failure: failure({ retryAfterMs: 120_001 }) }), { kind: 'failed' });
  });

  it('doubles the window up to its limit', () => {
    const highest = [0, 1, 2, 3, 4, 9].map((retries) => {
      const next = nextStep(
        { ...first, failure: failure(), retries },
        { ...limits, maxRetries: 20 },
        0.999_999,
      );
      return next.kind === 'retry' ? next.inMs : 0;
    });
    assert.deepEqual(highest, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  });

  it('spreads over the whole window above the floor', () => {
    assert.equal(waitMs(3, 0), 500);
    assert.equal(waitMs(3, 0.5), 4_250);
  });

  it('does not burn all attempts on a tiny retry-after (T77)', () => {
    for (const kind of ['rate-limited', 'overloaded'] as const) {
      for (const retryAfterMs of [1, 1_000]) {
        const total = [0, 1, 2, 3, 4]
          .map((retries) => waitMs(retries, 0, { kind, retryAfterMs }))
          .reduce((sum, ms) => sum + ms);
        assert(total >= 30_000, `${kind} ${retryAfterMs}: ${total}`);
      }
    }
  });

  it('is never below the floor nor what the server asks, nor far above both', async function () {
    this.timeout(propertyTimeout);
    const property = fc.property(
      fc.constantFrom(...kinds),
      fc.nat(4),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.option(fc.nat(120_000), { nil: undefined }),
      (kind, retries, random, retryAfterMs) => {
        const asked = retryAfterMs ?? 0;
        const ms = waitMs(retries, random, {
          kind,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        });
        assert(ms >= 500 && ms >= asked);
        assert(ms <= Math.max(30_000, asked + 1_000));
      },
    );
    await checkProperty(property, 300);
  });
});
