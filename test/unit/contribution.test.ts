import assert from 'node:assert/strict';
import { toDisposable } from '../../src/core/disposable';
import { registerContributions } from '../../src/host/contribution';

describe('registerContributions', () => {
  it('lets no broken feature take the others down, and undoes them all', () => {
    const done: string[] = [];
    const good = (name: string): Parameters<typeof registerContributions>[0][number] => ({
      name,
      register: () => {
        done.push(`+${name}`);
        return toDisposable(() => done.push(`-${name}`));
      },
    });
    const broken = {
      name: 'broken',
      register: () => {
        throw new Error('no such API here');
      },
    };
    const failures: unknown[] = [];
    const all = registerContributions([good('a'), broken, good('b')], (name, error) =>
      failures.push([name, String(error)]),
    );
    assert.deepEqual(failures, [['broken', 'Error: no such API here']]);
    all.dispose();
    assert.deepEqual(done, ['+a', '+b', '-b', '-a']);
  });
});
