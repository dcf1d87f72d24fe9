import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { closePage, openPage, painted, themeNames, viewTestMs } from './viewTest';

/** Every part of the panel at once: what is finished, what streams, what failed, what waits. */
async function showEverything(page: Page, long = ''): Promise<void> {
  await page.evaluate((long) => {
    const { conversation } = window.fakeHost;
    const attachment = {
      kind: 'selection' as const,
      path: `src/${long}a.ts`,
      uri: 'file:///a.ts',
      languageId: 'typescript',
      startLine: 1,
      endLine: 20,
    };
    conversation.addUserTurn('u1', {
      text: `Why?${long}`,
      attachments: [{ attachment, content: 'x' }],
    });
    const done = conversation.addAssistantTurn('done', { kind: 'streaming', attempt: 1 });
    done.endBlock(done.openBlock(1, { head: { kind: 'thinking' }, text: 'Hm.' }), 'closed');
    done.openBlock(1, { head: { kind: 'redacted_thinking' } });
    done.endBlock(
      done.openBlock(1, {
        head: { kind: 'text' },
        text: `## Because${long}\n\n\`${long}code\`\n\n\`\`\`js\n${long}\n\`\`\`\n\n| a | b |\n|--|--|\n| ${long} | 2 |\n`,
      }),
      'closed',
    );
    done.openBlock(1, {
      head: { kind: 'tool_use', toolUseId: 't', name: `read${long}` },
      text: `{"path":"${long}"`,
    });
    done.openBlock(1, { head: { kind: 'unknown', type: `new${long}` }, text: long });
    done.updateMeta({
      firstTokenMs: 812,
      endedMs: 12_000,
      attempts: 2,
      costUsd: 0.0123,
      usage: {
        input: 1234,
        output: 5678,
        cacheRead: 999,
        cacheWrite5m: 5,
        cacheWrite1h: 0,
        thinking: 0,
        webSearches: 0,
      },
    });
    done.setStatus({ kind: 'complete', stopReason: 'max_tokens' });
    const failed = conversation.addAssistantTurn('failed');
    failed.setStatus({
      kind: 'failed',
      cause: {
        kind: 'bad-request',
        retryable: false,
        action: 'choose-model',
        status: 400,
        serverMessage: `no${long}`,
        requestId: `req${long}`,
      },
    });
    const stopped = conversation.addAssistantTurn('stopped');
    stopped.openBlock(1, { head: { kind: 'text' }, text: 'Half an' });
    stopped.setStatus({ kind: 'stopped' });
    const waiting = conversation.addAssistantTurn('waiting');
    waiting.setStatus({
      kind: 'waiting',
      attempt: 2,
      retryInMs: 90_000,
      cause: { kind: 'overloaded', retryable: true, action: 'try-again' },
    });
    const asking = conversation.addAssistantTurn('asking', { kind: 'streaming', attempt: 1 });
    for (const id of ['done', 'running', 'asked']) {
      const head = { kind: 'tool_use', toolUseId: id, name: `run_command${long}` } as const;
      const text = JSON.stringify({ command: `npm test ${long}`, old_text: long, new_text: long });
      asking.endBlock(asking.openBlock(1, { head, text }), 'closed');
    }
    const escape = String.fromCharCode(27);
    for (const toolUseId of ['done', 'running']) {
      asking.openBlock(1, {
        head: { kind: 'tool_run', toolUseId },
        text: `${escape}[31mred${escape}[0m ${long}\n${escape}[2;42mfaint${escape}[0m`,
      });
    }
    asking.openBlock(1, {
      head: { kind: 'tool_result', toolUseId: 'done', fate: 'failed', attachments: [] },
      text: long,
    });
    asking.setStatus({
      kind: 'awaiting-approval',
      questions: [
        {
          kind: 'call',
          toolUseId: 'asked',
          name: `run_command${long}`,
          effect: 'execute',
          subject: { kind: 'command', command: `npm test ${long}`, cwd: '' },
          reason: 'effect',
          grants: [{ decision: 'allow', tool: 'run_command', command: `npm test ${long}` }],
        },
        { kind: 'limit', limit: 'cost', used: 5 },
      ],
    });
    conversation.addUserTurn('u2', { text: 'שלום', attachments: [] });
    conversation.addAssistantTurn('queued');
    window.fakeHost.post({ type: 'attach', attachment: { attachment, content: 'x' } });
    window.fakeHost.postState({
      server: `${long}gateway.example.com`,
      key: 'environment',
      othersRunning: 3,
      toolMode: 'ask',
      modelLabel: `Claude${long}`,
    });
  }, long);
  await painted(page);
  await page.getByTestId('composer').fill('Something typed');
}

interface AxeRun {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

async function axeViolations(page: Page): Promise<string[]> {
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  // Past the content policy, which is right to refuse it.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Runtime.evaluate', { expression: source });
  const { violations } = await page.evaluate(() =>
    (
      window as unknown as { axe: { run: (what: unknown, options: unknown) => Promise<AxeRun> } }
    ).axe.run(
      // A program's output has the colours that it chose, of those that the theme has for terminals.
      { exclude: ['.tool-output'] },
      { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    ),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

describe('how the panel looks and reads', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  for (const theme of themeNames) {
    it(`has nothing that accessibility rules forbid, in ${theme} (T101, T102)`, async () => {
      const page = await openPage({ theme, height: 2_000 });
      if (theme === 'light') assert.deepEqual(await axeViolations(page), [], 'when empty');
      await showEverything(page);
      assert.deepEqual(await axeViolations(page), []);
    });
  }

  it('fits into 300 px, whatever the strings are', async () => {
    const page = await openPage({ width: 300, height: 3_000 });
    await showEverything(page, 'W'.repeat(300));
    await page.getByRole('button', { name: /Content that this version/ }).click();
    await painted(page);
    const wide = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const isInOwnScroller = (element: Element): boolean => {
        for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
          if (parent.matches('[role=log]')) return false;
          if (/auto|scroll|hidden/.test(getComputedStyle(parent).overflowX)) return true;
        }
        return false;
      };
      return [...document.querySelectorAll('#app *')]
        .filter((element) => element.getBoundingClientRect().right > width + 0.5)
        .filter((element) => !isInOwnScroller(element))
        .map((element) => element.outerHTML.slice(0, 120));
    });
    assert.deepEqual(wide, []);
    const log = await page.evaluate(() => {
      const log = document.querySelector('[role=log]')!;
      return log.scrollWidth - log.clientWidth;
    });
    assert.equal(log, 0);
  });

  it('keeps lines readable and centred in a wide editor tab', async () => {
    const page = await openPage({ width: 1600, surface: 'editor' });
    await showEverything(page);
    for (const selector of ['.log-content', '.composer']) {
      const box = (await page.locator(selector).boundingBox())!;
      assert.ok(box.width <= 920, `${selector} is ${box.width} px wide`);
      const off = Math.abs(box.x + box.width / 2 - 800);
      assert.ok(off <= 8, `${selector} is ${off} px off the middle`);
    }
  });

  it('stands still for those who asked for less motion', async () => {
    const page = await openPage({ reducedMotion: true });
    await page.evaluate(() => {
      window.fakeHost.conversation.addAssistantTurn('a', { kind: 'connecting', attempt: 1 });
    });
    await page.getByText('Connecting').waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });

  it('names every button, by label and on hover', async () => {
    const page = await openPage({ height: 2_000 });
    await showEverything(page);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button')]
        .filter((button) => (button.getAttribute('aria-label') ?? button.textContent).trim() === '')
        .map((button) => button.outerHTML),
    );
    assert.deepEqual(nameless, []);
  });

  it('shows where the focus is, on everything that Tab reaches', async () => {
    const page = await openPage({ height: 2_000 });
    await showEverything(page);
    await page.getByRole('log').focus();
    const invisible: string[] = [];
    let reached = 0;
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(() => {
        const element = document.activeElement!;
        const style = getComputedStyle(element);
        const box = element.closest('.composer-box');
        const boxShows =
          element.matches('textarea') &&
          box !== null &&
          getComputedStyle(box).borderColor !== 'rgba(0, 0, 0, 0)';
        return {
          html: element.outerHTML.slice(0, 100),
          isVisible: style.outlineStyle === 'solid' || boxShows,
          isBody: element === document.body,
        };
      });
      if (focus.isBody) break;
      reached++;
      if (!focus.isVisible) invisible.push(focus.html);
    }
    assert.deepEqual(invisible, []);
    assert.ok(reached > 15, `${reached} stops`);
  });

  it('announces a finished reply once, and no word before (T102)', async () => {
    const page = await openPage();
    const announced = await page.evaluate(async () => {
      const said: string[] = [];
      for (const region of document.querySelectorAll('[aria-live=polite]')) {
        new MutationObserver(() => {
          if (region.textContent !== '') said.push(region.textContent);
        }).observe(region, { childList: true, characterData: true, subtree: true });
      }
      const log = document.querySelector('[role=log]')!;
      for (const id of ['a', 'b']) {
        const turn = window.fakeHost.conversation.addAssistantTurn(id, {
          kind: 'streaming',
          attempt: 1,
        });
        const block = turn.openBlock(1, { head: { kind: 'text' } });
        for (let i = 0; i < 30; i++) {
          turn.append(block, `word${i} `);
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        turn.endBlock(block, 'closed');
        turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
        while (document.querySelector(`[data-turn=${id}][data-status=complete]`) === null) {
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      }
      return { said, live: log.getAttribute('aria-live') };
    });
    assert.deepEqual(announced, {
      said: ['The answer is complete.', 'The answer is complete.'],
      live: 'off',
    });
  });

  it('does not announce what was over before it was shown', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.addAssistantTurn('a', {
        kind: 'complete',
        stopReason: 'end_turn',
      });
      turn.openBlock(1, { head: { kind: 'text' }, text: 'Old' });
    });
    await page.getByText('Old').waitFor();
    const said = await page.locator('[aria-live=polite]').allTextContents();
    assert.deepEqual(said.join(''), '');
  });

  it('lets each block find its own direction, and keeps code left-to-right (T100)', async () => {
    const page = await openPage();
    await showEverything(page);
    const direction = await page.evaluate(() => {
      const bubble = document.querySelector('[data-turn=u2] [dir]')!;
      return { dir: bubble.getAttribute('dir'), computed: getComputedStyle(bubble).direction };
    });
    assert.deepEqual(direction, { dir: 'auto', computed: 'rtl' });
    const raw = await page.locator('.tool-text').first().getAttribute('dir');
    assert.equal(raw, 'ltr');
  });

  it('takes the font of the editor’s chat', async () => {
    const page = await openPage();
    await page.evaluate(() =>
      window.fakeHost.postState({
        settings: { ...window.fakeHost.state.settings, chatFontSize: 20 },
      }),
    );
    await painted(page);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).fontSize), '20px');
  });
});
