import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { closePage, expectPageErrors, openPage, painted, viewTestMs } from './viewTest';

/** Adds an answer that streams, with one open text block; the turn is `a`. */
async function startAnswer(page: Page, text = ''): Promise<void> {
  await page.evaluate((text) => {
    const { conversation } = window.fakeHost;
    conversation.addUserTurn('u', { text: 'A question', attachments: [] });
    const turn = conversation.addAssistantTurn('a', { kind: 'connecting', attempt: 1 });
    turn.setStatus({ kind: 'streaming', attempt: 1 });
    turn.openBlock(1, { head: { kind: 'text' }, text });
  }, text);
  await painted(page);
}

function answerOf(page: Page, block = 0): Promise<string | null> {
  return page.getByTestId('answer').nth(block).textContent();
}

async function waitForAnswer(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('[data-testid=answer]')?.textContent.includes(text),
    text,
  );
}

describe('the panel while an answer streams', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  it('marks turns, answers and their status for tests and automation', async () => {
    const page = await openPage();
    await startAnswer(page, 'Hello');
    const turns = page.locator('[data-turn]');
    assert.equal(await turns.count(), 2);
    assert.equal(await turns.nth(0).getAttribute('data-role'), 'user');
    assert.equal(await turns.nth(1).getAttribute('data-role'), 'assistant');
    assert.equal(await turns.nth(1).getAttribute('data-status'), 'streaming');
    assert.match((await answerOf(page)) ?? '', /Hello/);
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.endBlock(0, 'closed');
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    });
    await page.locator('[data-turn=a][data-status=complete]').waitFor();
    const context = await turns.nth(1).getAttribute('data-vscode-context');
    assert.deepEqual(JSON.parse(context ?? ''), {
      webviewSection: 'turn',
      turnId: 'a',
      turnRole: 'assistant',
    });
  });

  it('puts the first words into the page without waiting for a frame', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const { conversation } = window.fakeHost;
      conversation.addAssistantTurn('a', { kind: 'streaming', attempt: 1 });
    });
    await painted(page);
    const shown = await page.evaluate(
      () =>
        new Promise<string | null>((resolve) => {
          // From here on no frame comes any more.
          window.requestAnimationFrame = () => 0;
          window.addEventListener('message', () => {
            setTimeout(() =>
              resolve(document.querySelector('[data-testid=answer]')?.textContent.trim() ?? null),
            );
          });
          const turn = window.fakeHost.conversation.turn('a')!;
          turn.openBlock(1, { head: { kind: 'text' }, text: 'Hi' });
        }),
    );
    assert.equal(shown, 'Hi');
  });

  it('never touches a finished block again, through 1,000 deltas (T36, T37)', async () => {
    const page = await openPage();
    await startAnswer(page, '# Done\n\n```js\nconst a = 1;\n```\n');
    const result = await page.evaluate(async () => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.endBlock(0, 'closed');
      const next = turn.openBlock(1, { head: { kind: 'text' } });
      const frame = (): Promise<unknown> =>
        new Promise((resolve) => requestAnimationFrame(resolve));
      const closed = document.querySelector('[data-testid=answer]')!;
      // The colours of code come with a part of the page that is loaded late.
      while (closed.querySelector('[class^=md-token]') === null) await frame();
      await frame();
      await frame();
      const before = [...closed.querySelectorAll('*')];
      const records: string[] = [];
      const observer = new MutationObserver((list) => records.push(...list.map((one) => one.type)));
      observer.observe(closed, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      for (let i = 0; i < 1000; i++) {
        turn.append(next, `word${i} `);
        if (i % 10 === 0) await frame();
      }
      await frame();
      await frame();
      await frame();
      const after = [...closed.querySelectorAll('*')];
      return {
        records,
        nodes: before.length,
        same: before.length === after.length && before.every((node, i) => node === after[i]),
        stillThere: closed.isConnected,
      };
    });
    assert.deepEqual(result.records, []);
    assert.ok(result.nodes > 2);
    assert.ok(result.same && result.stillThere);
    await page.waitForFunction(() => document.body.textContent.includes('word999'));
  });

  it('keeps a selection and the focus through 500 deltas (T38, T39)', async () => {
    const page = await openPage();
    await startAnswer(page, 'Select me, please.\n\n');
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.endBlock(0, 'closed');
      turn.openBlock(1, { head: { kind: 'text' } });
    });
    await painted(page);
    await page.getByTestId('composer').focus();
    await page.evaluate(() => {
      const answer =
        document.querySelector('[data-testid=answer] p') ??
        document.querySelector('[data-testid=answer]')!;
      document.getSelection()!.selectAllChildren(answer);
    });
    await page.evaluate(async () => {
      const turn = window.fakeHost.conversation.turn('a')!;
      for (let i = 0; i < 500; i++) {
        turn.append(1, `w${i} `);
        if (i % 10 === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
    await page.waitForFunction(() => document.body.textContent.includes('w499'));
    const kept = await page.evaluate(() => ({
      selected: document.getSelection()!.toString().trim(),
      focus: document.activeElement?.getAttribute('data-testid'),
    }));
    assert.equal(kept.selected, 'Select me, please.');
    assert.equal(kept.focus, 'composer');
  });

  it('renders nothing but the text when text comes', async () => {
    const page = await openPage();
    await startAnswer(page, 'Begin. ');
    const touched = await page.evaluate(async () => {
      const frame = (): Promise<unknown> =>
        new Promise((resolve) => requestAnimationFrame(resolve));
      const turn = window.fakeHost.conversation.turn('a')!;
      const touched = new Set<string>();
      const observer = new MutationObserver((records) => {
        for (const { target } of records) {
          const element = target instanceof Element ? target : target.parentElement;
          if (element?.closest('[data-testid=answer]') !== null) continue;
          if (element.closest('.turn-footer') !== null) continue;
          touched.add(element.className);
        }
      });
      observer.observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      for (let i = 0; i < 50; i++) {
        turn.append(0, `word${i} `);
        await frame();
      }
      return [...touched];
    });
    assert.deepEqual(touched, []);
  });

  it('repairs a lost patch by its cursor, and repeats nothing', async () => {
    const page = await openPage();
    await startAnswer(page, 'one ');
    await page.evaluate(() => {
      window.fakeHost.sent.length = 0;
      window.fakeHost.patchesToLose = 1;
      window.fakeHost.conversation.turn('a')!.append(0, 'two ');
    });
    await painted(page);
    await page.evaluate(() => window.fakeHost.conversation.turn('a')!.append(0, 'three '));
    await waitForAnswer(page, 'three');
    await painted(page);
    assert.equal((await answerOf(page))?.trim(), 'one two three');
    const ready = await page.evaluate(() => window.fakeHost.sentOf('ready'));
    assert.equal(ready.length, 1);
    assert.equal(ready[0]?.cursor?.turns['a']?.seen[0], 4);
  });

  it('goes on after any patches are lost, wherever they were (seeded)', async () => {
    const page = await openPage();
    await startAnswer(page);
    const expected = await page.evaluate(async () => {
      let random = 20261122;
      const next = (below: number): number => {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        return random % below;
      };
      const { conversation } = window.fakeHost;
      const turn = conversation.turn('a')!;
      for (let i = 0; i < 200; i++) {
        if (next(10) === 0) window.fakeHost.patchesToLose = 1 + next(3);
        if (next(25) === 0)
          conversation.addUserTurn(`more${i}`, { text: `More ${i}`, attachments: [] });
        turn.append(0, `word${i} `);
        if (next(3) === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      window.fakeHost.patchesToLose = 0;
      turn.append(0, 'end');
      turn.endBlock(0, 'closed');
      return { text: turn.answerText(), turns: conversation.turns.length };
    });
    await page.evaluate(() => window.fakeHost.post({ type: 'sync' }));
    await waitForAnswer(page, 'end');
    await painted(page);
    assert.equal((await answerOf(page))?.trim(), expected.text.trim());
    assert.equal(await page.locator('[data-turn]').count(), expected.turns);
  });

  it('acknowledges what it has painted, and nothing else', async () => {
    const page = await openPage();
    await startAnswer(page);
    const { painted: numbers, order } = await page.evaluate(async () => {
      for (let i = 0; i < 20; i++) {
        window.fakeHost.conversation.turn('a')!.append(0, `word${i} `);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      const painted = window.fakeHost.sentOf('painted').map(({ seq }) => seq);
      return { painted, order: [...painted].sort((a, b) => a - b) };
    });
    assert.deepEqual(numbers, order);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(numbers.length > 3);
  });

  it('says its cursor when asked, and shows another conversation from its beginning', async () => {
    const page = await openPage();
    await startAnswer(page, 'Here');
    await page.evaluate(() => {
      window.fakeHost.sent.length = 0;
      window.fakeHost.post({ type: 'sync' });
    });
    await page.waitForFunction(() => window.fakeHost.sentOf('ready').length === 1);
    const [ready] = await page.evaluate(() => window.fakeHost.sentOf('ready'));
    assert.equal(ready?.cursor?.conversation, 'c1');
    await page.evaluate(() => {
      const { conversation } = window.fakeHost;
      const Other = conversation.constructor as new (
        id: string,
        at: number,
        clock: unknown,
      ) => typeof conversation;
      const other = new Other('c2', 0, window.fakeHost.clock);
      other.addUserTurn('u', { text: 'Another one', attachments: [] });
      window.fakeHost.show(other);
    });
    await page.locator('[data-turn=u]', { hasText: 'Another one' }).waitFor();
    assert.equal(await page.locator('[data-turn]').count(), 1);
  });

  it('takes away what a later attempt dropped', async () => {
    const page = await openPage();
    await startAnswer(page, 'First attempt');
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.endBlock(0, 'dropped');
      turn.openBlock(2, { head: { kind: 'text' }, text: 'Second attempt' });
    });
    await waitForAnswer(page, 'Second');
    assert.equal(await page.getByTestId('answer').count(), 1);
  });

  it('is idle when nothing happens: no timer, no frame, no animation', async () => {
    const page = await openPage();
    await startAnswer(page, 'Some text');
    const during = await page.evaluate(() => window.activity.intervals.size);
    assert.equal(during, 1, 'the live line ticks');
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.endBlock(0, 'closed');
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    });
    await page.locator('[data-turn=a][data-status=complete]').waitFor();
    await painted(page);
    const after = await page.evaluate(async () => {
      const framesBefore = window.activity.frames;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return {
        intervals: window.activity.intervals.size,
        frames: window.activity.frames - framesBefore,
        animations: document.getAnimations().length,
      };
    });
    assert.deepEqual(after, { intervals: 0, frames: 0, animations: 0 });
  });

  it('shows thinking folded, counts its time, and unfolds it on a click (T103)', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const { conversation } = window.fakeHost;
      const turn = conversation.addAssistantTurn('a', { kind: 'streaming', attempt: 1 });
      turn.openBlock(1, { head: { kind: 'thinking' }, text: 'Secret thoughts' });
    });
    const button = page.getByRole('button', { name: /Thinking… 0.s/ });
    await button.waitFor();
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
    assert.equal(await page.getByText('Secret thoughts').count(), 0);
    await button.click();
    await page.getByText('Secret thoughts').waitFor();
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.append(0, ' and more');
      turn.endBlock(0, 'closed');
    });
    await page.getByRole('button', { name: /Thought for/, expanded: true }).waitFor();
    await page.getByText('Secret thoughts and more').waitFor();
    await page.evaluate(() =>
      window.fakeHost.postState({
        settings: { sendKey: 'enter', follow: 'end', thinking: 'hidden', escStops: true },
      }),
    );
    await page.getByRole('button', { name: /Thought for/ }).waitFor({ state: 'detached' });
  });

  it('shows what is too long for a page in part, and opens all of it elsewhere (T7, T22)', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.addAssistantTurn('a');
      turn.setStatus({ kind: 'streaming', attempt: 1 });
      turn.openBlock(1, {
        head: { kind: 'unknown', type: 'a_dump' },
        text: `begin ${'x'.repeat(1_000_000)} end`,
      });
      turn.openBlock(1, { head: { kind: 'text' }, text: 'A line of text.\n\n'.repeat(125_000) });
    });
    const answer = page.getByTestId('answer');
    await answer.getByText('Only the first 2,000,000 characters').waitFor();
    await page.evaluate(() =>
      window.fakeHost.conversation
        .turn('a')!
        .setStatus({ kind: 'complete', stopReason: 'end_turn' }),
    );
    await page.getByRole('button', { name: /a_dump/ }).click();
    const dump = page.locator('.raw-block');
    await dump.getByText('Only the first 100,000 characters').waitFor();
    const shown = await dump.locator('.plain-text').evaluate((text) => text.textContent.length);
    assert.equal(shown, 100_000);
    await dump.getByRole('button', { name: 'Open all of it in an editor' }).click();
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('openBlock')), [
      { type: 'openBlock', turn: 'a', block: 0 },
    ]);
  });

  it('counts down to the next attempt, and lets the person bring it forward or call it off', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.addAssistantTurn('a');
      turn.setStatus({
        kind: 'waiting',
        attempt: 2,
        retryInMs: 60_000,
        cause: { kind: 'rate-limited', retryable: true, action: 'try-again' },
      });
    });
    await page.getByText(/Trying again in (1.min 0.s|59.s)/).waitFor();
    // It counts: a text that stood still would never come to this.
    await page.getByText(/Trying again in 58.s/).waitFor();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.locator('.card').getByRole('button', { name: 'Stop' }).click();
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('retryNow')), [
      { type: 'retryNow', turn: 'a' },
    ]);
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('stop')), [
      { type: 'stop', turn: 'a' },
    ]);
  });

  it('shows a failure as an alert with the server’s words, and offers what to do', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.addAssistantTurn('a');
      turn.setStatus({
        kind: 'failed',
        cause: {
          kind: 'wrong-key',
          retryable: false,
          action: 'set-key',
          status: 401,
          serverMessage: 'invalid x-api-key',
          requestId: 'req_1',
        },
      });
    });
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match((await alert.textContent()) ?? '', /not accepted.*invalid x-api-key.*401.*req_1/);
    await alert.getByRole('button', { name: 'Set API key' }).click();
    await alert.getByRole('button', { name: 'Copy details' }).click();
    await alert.getByRole('button', { name: 'Try again' }).click();
    const sent = await page.evaluate(() => ({
      run: window.fakeHost.sentOf('run'),
      copied: window.fakeHost.sentOf('copy')[0]?.text,
      tryAgain: window.fakeHost.sentOf('tryAgain'),
      focus: document.activeElement?.getAttribute('data-testid'),
    }));
    assert.deepEqual(sent.run, [{ type: 'run', command: 'setKey' }]);
    assert.match(sent.copied ?? '', /invalid x-api-key[^]*req_1/);
    assert.deepEqual(sent.tryAgain, [{ type: 'tryAgain', turn: 'a' }]);
    assert.equal(sent.focus, 'composer');
  });

  it('copies the answer exactly as it came (T96)', async () => {
    const page = await openPage();
    const source = '# Title\n\n`code` and *more*\n\n```js\nx\n```\n';
    await startAnswer(page, source);
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.endBlock(0, 'closed');
      turn.setStatus({ kind: 'stopped' });
    });
    await page.getByText('Stopped', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Copy answer' }).click();
    const [copied] = await page.evaluate(() => window.fakeHost.sentOf('copy'));
    assert.equal(copied?.text, source);
  });

  it('asks the host to put code into the editor, or into a new file', async () => {
    const page = await openPage();
    await startAnswer(page, '```ts\nlet x;\n```\n\nEnd');
    await page.getByRole('button', { name: 'Insert at cursor' }).click();
    await page.getByRole('button', { name: 'Open in new file' }).click();
    const sent = await page.evaluate(() => [
      ...window.fakeHost.sentOf('insertCode'),
      ...window.fakeHost.sentOf('newFile'),
    ]);
    assert.deepEqual(sent, [
      { type: 'insertCode', text: 'let x;' },
      { type: 'newFile', text: 'let x;', language: 'ts' },
    ]);
  });

  it('offers a preview of a diagram, and of no other code', async () => {
    const page = await openPage();
    await startAnswer(page, '```ts\nlet x;\n```\n\n```mermaid\ngraph TD\n  A-->B\n```\n\nEnd');
    const previews = page.getByRole('button', { name: 'Preview diagram' });
    await previews.waitFor();
    assert.equal(await previews.count(), 1);
    await previews.click();
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('previewDiagram')), [
      { type: 'previewDiagram', text: 'graph TD\n  A-->B' },
    ]);
  });

  it('loads the languages of code with the first code, and colours it', async () => {
    const page = await openPage();
    const scripts = (): Promise<string[]> =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => new URL(name).pathname)
          .filter((name) => name.endsWith('.js')),
      );
    await startAnswer(page, 'Words and `code`.\n\n');
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    assert.ok(!(await scripts()).includes('/chunks/languages.js'));
    await page.evaluate(() => {
      window.fakeHost.conversation.turn('a')!.append(0, '```js\nconst x = 1;\n```\n');
    });
    await page.locator('.md-token-keyword', { hasText: 'const' }).waitFor();
    assert.ok((await scripts()).includes('/chunks/languages.js'));
  });

  it('shows raw text where a block cannot be shown, and tells the log why', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const create = Reflect.get(document, 'createElement') as (name: string) => Element;
      const refuse = (name: string): Element => {
        if (name === 'h1') throw new Error('no headings today');
        return create.call(document, name);
      };
      Object.assign(document, { createElement: refuse });
    });
    await startAnswer(page, 'Before\n\n# Heading\n\nAfter');
    await waitForAnswer(page, 'Before\n\n# Heading\n\nAfter');
    await page.evaluate(() => window.fakeHost.conversation.turn('a')!.append(0, ' and on'));
    await waitForAnswer(page, 'After and on');
    const [error] = await page.evaluate(() => window.fakeHost.sentOf('viewError'));
    assert.equal(error?.message, 'Error: no headings today');
  });

  it('tells the log about errors that nobody caught', async () => {
    const page = await openPage();
    expectPageErrors();
    await page.evaluate(() => {
      setTimeout(() => {
        throw new TypeError('out of the blue');
      });
    });
    await page.waitForFunction(() => window.fakeHost.sentOf('viewError').length > 0);
    const [error] = await page.evaluate(() => window.fakeHost.sentOf('viewError'));
    assert.equal(error?.message, 'TypeError: out of the blue');
  });
});
