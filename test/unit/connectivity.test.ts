import assert from 'node:assert/strict';
import { Connectivity } from '../../src/core/connectivity';
import { ManualClock } from './manualClock';

function offline(clock: ManualClock): {
  connectivity: Connectivity;
  network: { up: boolean; probes: number };
} {
  const network = { up: false, probes: 0 };
  let seed = 0.37;
  const connectivity = new Connectivity({
    clock,
    random: () => (seed = (seed * 97.13) % 1),
    probe: () => {
      network.probes++;
      return Promise.resolve(network.up);
    },
  });
  return { connectivity, network };
}

describe('Connectivity', () => {
  it('lets a turn go on when the network is back (T51)', async () => {
    const clock = new ManualClock();
    const { connectivity, network } = offline(clock);
    let online = 0;
    connectivity.whenOnline(() => online++);
    await clock.advanceAsync(120_000);
    assert.equal(online, 0);
    network.up = true;
    await clock.advanceAsync(35_000);
    assert.equal(online, 1);
    assert.equal(clock.pendingTimers, 0);
  });

  it('probes gently, with one probe however many turns wait', async () => {
    const clock = new ManualClock();
    const { connectivity, network } = offline(clock);
    for (let i = 0; i < 50; i++) connectivity.whenOnline(() => undefined);
    await clock.advanceAsync(3_600_000);
    assert.ok(network.probes >= 3_600 / 30 && network.probes <= 250, `${network.probes} probes`);
    connectivity.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('spreads the turns that waited instead of letting all go in one moment', async () => {
    const clock = new ManualClock();
    const { connectivity, network } = offline(clock);
    const moments = new Set<number>();
    for (let i = 0; i < 50; i++) connectivity.whenOnline(() => moments.add(clock.now()));
    network.up = true;
    await clock.advanceAsync(5_000);
    assert.ok(moments.size > 40, `${moments.size} different moments`);
  });

  it('ends the waiting of a stopped turn, in the spread as well, and leaves no timer (T67)', async () => {
    const clock = new ManualClock();
    const { connectivity, network } = offline(clock);
    let online = 0;
    const first = connectivity.whenOnline(() => online++);
    first.dispose();
    assert.equal(clock.pendingTimers, 0);
    const second = connectivity.whenOnline(() => online++);
    network.up = true;
    await clock.advanceAsync(1_000);
    second.dispose();
    await clock.advanceAsync(10_000);
    assert.equal(online, 0);
    assert.equal(clock.pendingTimers, 0);
  });

  it('tries at once when asked', async () => {
    const clock = new ManualClock();
    const { connectivity, network } = offline(clock);
    let online = 0;
    connectivity.whenOnline(() => online++);
    await clock.advanceAsync(600_000);
    network.up = true;
    connectivity.probeNow();
    await clock.advanceAsync(2_000);
    assert.equal(online, 1);
  });
});
