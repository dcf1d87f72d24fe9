import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { closePage, openPage, painted, viewTestMs } from './viewTest';

const paragraph = 'A sentence that is long enough to need a line of its own. '.repeat(6);

/** A conversation longer than the screen, whose last answer streams (`last`). */
async function openLong(options: Partial<Parameters<typeof openPage>[0]> = {}): Promise<Page> {
  const page = await openPage({ height: 480, ...options });
  await page.evaluate((paragraph) => {
    const { conversation } = window.fakeHost;
    for (let i = 0; i < 4; i++) {
      conversation.addUserTurn(`u${i}`, { text: `Question ${i}`, attachments: [] });
      const turn = conversation.addAssistantTurn(`a${i}`, { kind: 'streaming', attempt: 1 });
      const block = turn.openBlock(1, { head: { kind: 'text' }, text: paragraph });
      turn.endBlock(block, 'closed');
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    }
    const last = conversation.addAssistantTurn('last', { kind: 'streaming', attempt: 1 });
    last.openBlock(1, { head: { kind: 'text' }, text: paragraph });
  }, paragraph);
  await painted(page);
  return page;
}

async function stream(page: Page, words = 60): Promise<void> {
  await page.evaluate(async (words) => {
    const turn = window.fakeHost.conversation.turn('last')!;
    for (let i = 0; i < words; i++) {
      turn.append(0, i % 12 === 11 ? 'end.\n\n' : `word${i} `);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }, words);
  await painted(page);
}

/** Resolves when the browser's own scrolling, which glides, has come to rest. */
async function scrolled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const log = document.querySelector('[role=log]')!;
    let last = -1;
    for (let still = 0; still < 10; still = log.scrollTop === last ? still + 1 : 0) {
      last = log.scrollTop;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
}

/** Pixels between what is on screen and the end. */
function distanceToEnd(page: Page): Promise<number> {
  return page.evaluate(() => {
    const log = document.querySelector('[role=log]')!;
    return log.scrollHeight - log.clientHeight - log.scrollTop;
  });
}

/** Where on the screen the first visible turn's content begins: what the eye sees move. */
function positionOf(page: Page, turn: string): Promise<number> {
  return page.evaluate(
    (turn) => document.querySelector(`[data-turn="${turn}"]`)!.getBoundingClientRect().top,
    turn,
  );
}

async function assertNothingMoves(
  page: Page,
  turn: string,
  act: () => Promise<void>,
): Promise<void> {
  const before = await positionOf(page, turn);
  await act();
  await painted(page);
  assert.equal(await positionOf(page, turn), before);
}

async function wheel(page: Page, deltaY: number): Promise<void> {
  await page.mouse.move(200, 200);
  await page.mouse.wheel(0, deltaY);
  await scrolled(page);
}

const jump = 'jump-to-latest';

describe('the panel follows the end of the conversation', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  it('stays at the end while text comes, and is there when it ends (T120)', async () => {
    const page = await openLong();
    assert.ok((await distanceToEnd(page)) <= 1);
    const furthest = await page.evaluate(async () => {
      const log = document.querySelector('[role=log]')!;
      const turn = window.fakeHost.conversation.turn('last')!;
      let furthest = 0;
      for (let i = 0; i < 120; i++) {
        turn.append(0, i % 9 === 8 ? '\n\n' : `word${i} `);
        await new Promise((resolve) => requestAnimationFrame(resolve));
        // After this frame's paint, what is on screen is at the end.
        await new Promise((resolve) => setTimeout(resolve));
        furthest = Math.max(furthest, log.scrollHeight - log.clientHeight - log.scrollTop);
      }
      turn.endBlock(0, 'closed');
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
      return furthest;
    });
    assert.ok(furthest <= 1, `was ${furthest} px away`);
    await painted(page);
    assert.ok((await distanceToEnd(page)) <= 1);
    assert.equal(await page.getByTestId(jump).count(), 0);
  });

  for (const [gesture, act] of [
    [
      'one pixel by script, as assistive tools do',
      (page: Page) => page.evaluate(() => document.querySelector('[role=log]')!.scrollBy(0, -1)),
    ],
    ['the wheel', (page: Page) => wheel(page, -1)],
    [
      'a key',
      async (page: Page) => {
        await page.locator('[role=log]').focus();
        await page.keyboard.press('PageUp');
      },
    ],
  ] as const) {
    it(`never moves again after ${gesture} (T30, T33, T35, T40)`, async () => {
      const page = await openLong();
      await act(page);
      await scrolled(page);
      await assertNothingMoves(page, 'last', () => stream(page));
      assert.ok((await distanceToEnd(page)) > 1);
      await page.getByTestId(jump).waitFor();
    });
  }

  it('lets a gesture win that races with new text (T35)', async () => {
    const page = await openLong();
    const moved = await page.evaluate(async () => {
      const log = document.querySelector('[role=log]')!;
      const turn = window.fakeHost.conversation.turn('last')!;
      const before = log.scrollTop;
      // In one task: the scroll event comes only after the text has been given.
      log.scrollTop = before - 1;
      turn.append(0, 'More. '.repeat(100));
      for (let i = 0; i < 5; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
      return log.scrollTop - (before - 1);
    });
    assert.equal(moved, 0);
  });

  it('lets a gesture win that comes between new text and its paint (T35)', async () => {
    const page = await openLong();
    const moved = await page.evaluate(async () => {
      const log = document.querySelector('[role=log]')!;
      const before = log.scrollTop;
      const shown = new Promise((resolve) => {
        window.addEventListener('message', () =>
          // After the view's own callback of this frame: its text stands, and is not laid out yet.
          requestAnimationFrame(() => resolve((log.scrollTop = before - 1))),
        );
      });
      window.fakeHost.conversation.turn('last')!.append(0, 'More. '.repeat(100));
      await shown;
      for (let i = 0; i < 5; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
      return log.scrollTop - (before - 1);
    });
    assert.equal(moved, 0);
  });

  it('stays released through a tool’s end, a card, a queued prompt and typing (T34)', async () => {
    const page = await openLong();
    await wheel(page, -120);
    await assertNothingMoves(page, 'a3', async () => {
      await page.evaluate(() => {
        const turn = window.fakeHost.conversation.turn('last')!;
        const tool = turn.openBlock(1, {
          head: { kind: 'tool_use', toolUseId: 't', name: 'x' },
          text: '{}',
        });
        turn.endBlock(tool, 'closed');
      });
      await painted(page);
      await page.evaluate(() => {
        window.fakeHost.conversation.turn('last')!.setStatus({
          kind: 'interrupted',
          resumable: false,
          cause: { kind: 'connection-lost', retryable: true, action: 'try-again' },
        });
      });
      await painted(page);
      await page.getByTestId('composer').fill('One\nTwo\nThree\nFour\nFive');
    });
  });

  it('is released by a selection (T38)', async () => {
    const page = await openLong();
    await page.evaluate(() => {
      const answers = document.querySelectorAll('[data-testid=answer]');
      document.getSelection()!.selectAllChildren(answers[answers.length - 1]!);
    });
    await painted(page);
    await assertNothingMoves(page, 'last', () => stream(page, 30));
  });

  it('does not take the browser’s own moves for a gesture', async () => {
    const page = await openLong();
    // The end moves up as the last turn shrinks and as the view grows: the browser clamps.
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('last')!;
      turn.endBlock(0, 'dropped');
    });
    await painted(page);
    await page.setViewportSize({ width: 420, height: 600 });
    await painted(page);
    await page.setViewportSize({ width: 300, height: 400 });
    await painted(page);
    await page.evaluate((text) => {
      const turn = window.fakeHost.conversation.turn('last')!;
      turn.openBlock(2, { head: { kind: 'text' }, text });
    }, paragraph.repeat(3));
    await painted(page);
    assert.ok((await distanceToEnd(page)) <= 1);
  });

  it('follows again after "Jump to latest", and when the person scrolls to the end', async () => {
    const page = await openLong();
    await wheel(page, -200);
    await stream(page, 5);
    await page.getByTestId(jump).click();
    await page.getByTestId(jump).waitFor({ state: 'detached' });
    await stream(page, 20);
    assert.ok((await distanceToEnd(page)) <= 1);

    await wheel(page, -200);
    await stream(page, 5);
    await wheel(page, 100_000);
    await stream(page, 20);
    assert.ok((await distanceToEnd(page)) <= 1);
  });

  it('goes to the end when the person sends', async () => {
    const page = await openLong();
    await wheel(page, -200);
    await page.getByTestId('composer').fill('Another question');
    await page.keyboard.press('Enter');
    await page.locator('[data-role=user]', { hasText: 'Another question' }).waitFor();
    await painted(page);
    assert.ok((await distanceToEnd(page)) <= 1);
  });

  it('stays at the top of a new answer where the settings say so', async () => {
    const page = await openLong({
      state: {
        settings: { sendKey: 'enter', follow: 'start', thinking: 'collapsed', escStops: true },
      },
    });
    await stream(page);
    assert.ok((await distanceToEnd(page)) <= 1, 'it was there when the chat was opened');
    await page.evaluate(async (paragraph) => {
      const { conversation } = window.fakeHost;
      conversation.turn('last')!.setStatus({ kind: 'complete', stopReason: 'end_turn' });
      conversation.addUserTurn('next', { text: 'Go on', attachments: [] });
      const turn = conversation.addAssistantTurn('new', { kind: 'streaming', attempt: 1 });
      turn.openBlock(1, { head: { kind: 'text' }, text: '' });
      for (let i = 0; i < 12; i++) {
        turn.append(0, `${paragraph}\n\n`);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }, paragraph);
    await painted(page);
    const logTop = await page
      .locator('[role=log]')
      .evaluate((log) => log.getBoundingClientRect().top);
    assert.ok(Math.abs((await positionOf(page, 'new')) - logTop) <= 1);
    assert.ok((await distanceToEnd(page)) > 100);
    await assertNothingMoves(page, 'new', () =>
      page.evaluate(() => {
        const turn = window.fakeHost.conversation.turn('new')!;
        turn.append(0, 'And that is all.');
        turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
      }),
    );
    await page.getByTestId(jump).click();
    await painted(page);
    assert.ok((await distanceToEnd(page)) <= 1);
  });

  it('does not count a wheel as a wish to stay where there is nothing to scroll', async () => {
    const page = await openPage({ height: 480 });
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.addAssistantTurn('last', {
        kind: 'streaming',
        attempt: 1,
      });
      turn.openBlock(1, { head: { kind: 'text' }, text: 'Short. ' });
    });
    await painted(page);
    await wheel(page, -50);
    await page.evaluate(
      (text) => window.fakeHost.conversation.turn('last')!.append(0, text),
      paragraph.repeat(6),
    );
    await painted(page);
    assert.ok((await distanceToEnd(page)) <= 1);
  });
});
