import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Destination } from '../../src/protocol/hostToView';
import { closePage, openPage, painted, viewTestMs } from './viewTest';

const paragraph = 'A sentence that is long enough to need a line of its own. '.repeat(6);
const exchanges = 120;

/** A conversation of 240 turns, of which every answer has its number and one has a word of its own. */
async function openLong(page: Page): Promise<void> {
  await page.evaluate(
    ({ paragraph, exchanges }) => {
      const { conversation, clock } = window.fakeHost;
      const Other = conversation.constructor as new (
        id: string,
        at: number,
        clock: unknown,
      ) => typeof conversation;
      const long = new Other('long', 0, clock);
      for (let i = 0; i < exchanges; i++) {
        long.addUserTurn(`u${i}`, { text: `Question ${i}.`, attachments: [] });
        const turn = long.addAssistantTurn(`a${i}`, { kind: 'streaming', attempt: 1 });
        const more = i === 20 ? ' It has a **needle** in it, and one more needle.' : '';
        const text = `Answer ${i}.${more}\n\n${paragraph.repeat(1 + (i % 4))}`;
        turn.endBlock(turn.openBlock(1, { head: { kind: 'text' }, text }), 'closed');
        turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
      }
      window.fakeHost.show(long);
    },
    { paragraph, exchanges },
  );
  await page.waitForSelector(`[data-turn=a${exchanges - 1}]`);
  await settled(page);
}

/** Resolves when nothing moves, comes or goes any more. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const log = document.querySelector('[role=log]')!;
    const state = (): string =>
      [log.scrollTop, log.scrollHeight, log.querySelectorAll('[data-turn]').length].join();
    let last = '';
    for (let still = 0; still < 15; still = state() === last ? still + 1 : 0) {
      last = state();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  await painted(page);
}

function turnsOnPage(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('[data-turn]')].map((turn) => turn.getAttribute('data-turn')!),
  );
}

/** Turns of which something is on screen. */
function turnsOnScreen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const screen = document.querySelector('[role=log]')!.getBoundingClientRect();
    return [...document.querySelectorAll('[data-turn]')]
      .filter((turn) => {
        const { top, bottom } = turn.getBoundingClientRect();
        return bottom > screen.top + 1 && top < screen.bottom - 1;
      })
      .map((turn) => turn.getAttribute('data-turn')!);
  });
}

function topOf(page: Page, turn: string): Promise<number> {
  return page.evaluate((turn) => {
    const log = document.querySelector('[role=log]')!.getBoundingClientRect();
    return document.querySelector(`[data-turn="${turn}"]`)!.getBoundingClientRect().top - log.top;
  }, turn);
}

async function go(page: Page, to: Destination): Promise<void> {
  await page.evaluate((to) => window.fakeHost.post({ type: 'go', to }), to);
  await settled(page);
}

describe('a long conversation', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  async function open(): Promise<Page> {
    const page = await openPage({ height: 600 });
    await openLong(page);
    return page;
  }

  it('opens at its end, with the turns around the screen alone (T1, T16, T17)', async () => {
    const page = await open();
    const turns = await turnsOnPage(page);
    assert.equal(turns.at(-1), `a${exchanges - 1}`);
    assert.ok(turns.length >= 6 && turns.length < 80, `${turns.length} turns are on the page`);
    const distance = await page.evaluate(() => {
      const log = document.querySelector('[role=log]')!;
      return log.scrollHeight - log.clientHeight - log.scrollTop;
    });
    assert.ok(distance <= 1);
    const given = await page.evaluate(() => window.fakeHost.sentOf('want').at(-1)?.turns.length);
    assert.ok(given === undefined || given < 80);
  });

  it('has every turn on the way to its beginning and back, and never many at once (T1, T13)', async () => {
    const page = await open();
    const seen = new Set(await turnsOnScreen(page));
    let most = 0;
    for (let n = 0; n < 2_000 && !seen.has('u0'); n++) {
      await page.evaluate(async () => {
        const log = document.querySelector('[role=log]')!;
        log.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
        log.scrollTop -= 500;
        for (let frame = 0; frame < 3; frame++) {
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      });
      for (const turn of await turnsOnScreen(page)) seen.add(turn);
      most = Math.max(most, (await turnsOnPage(page)).length);
    }
    assert.equal(seen.size, exchanges * 2);
    assert.ok(most < 100, `${most} turns were on the page at once`);
    await page.evaluate(() => {
      document.querySelector('[role=log]')!.scrollTop = Number.MAX_SAFE_INTEGER;
    });
    await settled(page);
    assert.ok((await turnsOnScreen(page)).includes(`a${exchanges - 1}`));
    const held = await page.evaluate(() => document.querySelectorAll('[data-turn]').length);
    assert.ok(held < 100);
  });

  it('lets nothing on screen move while turns above come and go (T30)', async () => {
    const page = await open();
    for (let n = 0; n < 12; n++) {
      await page.evaluate(() => {
        const log = document.querySelector('[role=log]')!;
        log.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
        log.scrollTop -= 700;
      });
      await painted(page);
      const [turn] = await turnsOnScreen(page);
      assert.ok(turn !== undefined);
      const before = await topOf(page, turn);
      await settled(page);
      assert.ok(Math.abs((await topOf(page, turn)) - before) <= 1, `${turn} moved`);
    }
  });

  it('goes from prompt to prompt, on the page or not', async () => {
    const page = await open();
    const visited: string[] = [];
    for (let n = 0; n < 40; n++) {
      await go(page, 'previousPrompt');
      visited.push(await page.evaluate(() => document.activeElement!.getAttribute('data-turn')!));
    }
    const numbers = visited.map((turn) => Number(turn.slice(1)));
    for (const [n, number] of numbers.entries()) {
      assert.equal(number, numbers[0]! - n, visited.join());
    }
    assert.ok(Math.abs(await topOf(page, visited.at(-1)!)) <= 4);
    await go(page, 'nextPrompt');
    assert.equal(
      await page.evaluate(() => document.activeElement!.getAttribute('data-turn')),
      visited.at(-2),
    );
  });

  it('is found in where it is not on the page, and shows the place (T13)', async () => {
    const page = await open();
    assert.ok(!(await turnsOnPage(page)).includes('a20'));
    await go(page, 'find');
    await page.keyboard.type('needle');
    await page.waitForFunction(() =>
      document.querySelector('[data-testid=find-bar]')?.textContent.includes('1 of 2'),
    );
    await page.waitForSelector('[data-turn=a20]');
    await settled(page);
    const marked = (): Promise<{ all: number; text: string; at: number }> =>
      page.evaluate(() => {
        const before = document.createRange();
        const placeIn = (range: Range): number => {
          before.setStart(document.querySelector('[data-turn=a20]')!, 0);
          before.setEnd(range.startContainer, range.startOffset);
          return before.toString().length;
        };
        const ranges = [...(CSS.highlights.get('caudal-found') ?? [])] as Range[];
        const [current] = [...(CSS.highlights.get('caudal-found-current') ?? [])] as Range[];
        return {
          all: ranges.length,
          text: current?.toString() ?? '',
          at: current === undefined ? -1 : placeIn(current),
        };
      });
    await page.waitForFunction(() => CSS.highlights.has('caudal-found-current'));
    await settled(page);
    const first = await marked();
    assert.deepEqual({ all: first.all, text: first.text }, { all: 2, text: 'needle' });
    await page.keyboard.press('Enter');
    await settled(page);
    const second = await marked();
    assert.equal(second.text, 'needle');
    assert.ok(second.at > first.at);
    await page.keyboard.press('Enter');
    await settled(page);
    assert.equal((await marked()).at, first.at);
    await page.keyboard.press('Escape');
    await settled(page);
    assert.equal(await page.locator('[data-testid=find-bar]').count(), 0);
    assert.equal(await page.evaluate(() => CSS.highlights.size), 0);
  });

  it('says so where nothing is found', async () => {
    const page = await open();
    await go(page, 'find');
    await page.keyboard.type('nowhere to be seen');
    await page.waitForFunction(() =>
      document.querySelector('[data-testid=find-bar]')?.textContent.includes('No results'),
    );
  });

  it('is where it was left after the page is loaded anew (T57)', async () => {
    const page = await open();
    for (let n = 0; n < 7; n++) await go(page, 'previousPrompt');
    await page.evaluate(() => (document.querySelector('[role=log]')!.scrollTop += 37));
    await settled(page);
    const [turn] = await turnsOnScreen(page);
    const before = await topOf(page, turn!);
    const kept = await page.evaluate(() => window.fakeHost.kept);
    const again = await openPage({ height: 600, kept });
    await openLong(again);
    await again.waitForSelector(`[data-turn=${turn}]`);
    await settled(again);
    assert.ok(Math.abs((await topOf(again, turn!)) - before) <= 3);
  });

  it('keeps a turn with the selection in it, and the answer that streams at its end (T38)', async () => {
    const page = await open();
    const chosen = await page.evaluate(() => {
      const last = [...document.querySelectorAll('[data-turn][data-role=assistant]')].at(-1)!;
      document.getSelection()!.selectAllChildren(last.querySelector('[data-testid=answer]')!);
      const { conversation } = window.fakeHost;
      conversation.addUserTurn('u-last', { text: 'And?', attachments: [] });
      const turn = conversation.addAssistantTurn('a-last', { kind: 'streaming', attempt: 1 });
      turn.openBlock(1, { head: { kind: 'text' }, text: 'It begins. ' });
      return last.getAttribute('data-turn')!;
    });
    await settled(page);
    await page.evaluate(() => {
      const log = document.querySelector('[role=log]')!;
      log.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
      log.scrollTop = 0;
    });
    await page.waitForSelector('[data-turn=u0]');
    await settled(page);
    await page.evaluate(() =>
      window.fakeHost.conversation.turn('a-last')!.append(0, 'It goes on.'),
    );
    await settled(page);
    const turns = await turnsOnPage(page);
    assert.ok(turns.includes(chosen) && turns.includes('a-last'), turns.join());
    assert.ok(turns.length < 100);
    const { selected, streamed } = await page.evaluate(() => ({
      selected: document.getSelection()!.toString(),
      streamed: document.querySelector('[data-turn=a-last] [data-testid=answer]')!.textContent,
    }));
    assert.ok(selected.includes(`Answer ${exchanges - 1}.`));
    assert.equal(streamed, 'It begins. It goes on.');
  });
});
