import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ToolFate } from '../../src/core/contentBlock';
import { closePage, openPage, painted, viewTestMs } from './viewTest';

/** An answer that writes one call, `t1` of the tool `edit_file`; the turn is `a`. */
async function startCall(page: Page, json: string): Promise<void> {
  await page.evaluate((json) => {
    const { conversation } = window.fakeHost;
    conversation.addUserTurn('u', { text: 'Change it', attachments: [] });
    const turn = conversation.addAssistantTurn('a', { kind: 'streaming', attempt: 1 });
    turn.openBlock(1, {
      head: { kind: 'tool_use', toolUseId: 't1', name: 'edit_file' },
      text: json,
    });
  }, json);
  await painted(page);
}

async function write(page: Page, json: string): Promise<void> {
  await page.evaluate((json) => window.fakeHost.conversation.turn('a')!.append(0, json), json);
  await painted(page);
}

async function ask(page: Page, hasGrants = true): Promise<void> {
  await page.evaluate((hasGrants) => {
    const turn = window.fakeHost.conversation.turn('a')!;
    turn.endBlock(0, 'closed');
    turn.setStatus({
      kind: 'awaiting-approval',
      questions: [
        {
          kind: 'call',
          toolUseId: 't1',
          name: 'edit_file',
          effect: 'edit',
          subject: {
            kind: 'paths',
            paths: [{ path: 'src/a.ts', inWorkspace: true, isSecret: false }],
          },
          reason: hasGrants ? 'effect' : 'secret',
          grants: hasGrants ? [{ decision: 'allow', tool: 'edit_file', path: 'src/a.ts' }] : [],
        },
      ],
    });
  }, hasGrants);
  await page.getByTestId('approval').waitFor();
}

async function run(page: Page, output: string): Promise<void> {
  await page.evaluate((output) => {
    const turn = window.fakeHost.conversation.turn('a')!;
    turn.setStatus({ kind: 'running-tools' });
    turn.openBlock(1, { head: { kind: 'tool_run', toolUseId: 't1' }, text: output });
  }, output);
  await painted(page);
}

async function finish(page: Page, text: string, fate: ToolFate = 'done'): Promise<void> {
  await page.evaluate(
    ({ text, fate }) => {
      const turn = window.fakeHost.conversation.turn('a')!;
      for (const { id } of turn.blocks) turn.endBlock(id, 'closed');
      const head = { kind: 'tool_result', toolUseId: 't1', fate, attachments: [] } as const;
      turn.endBlock(turn.openBlock(1, { head, text }), 'closed');
    },
    { text, fate },
  );
  await page.locator(`[data-testid=tool-card][data-state=${fate}]`).waitFor();
}

const card = '[data-testid=tool-card]';

describe('the panel while tools run', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  it('shows the input while it is written: the path first, an edit as a diff (T118)', async () => {
    const page = await openPage();
    await startCall(page, '{"path":"src/a.');
    assert.equal(
      await page.locator(`${card} .tool-subject, ${card} .tool-member`).textContent(),
      'src/a.',
    );
    await write(page, 'ts","old_text":"one","new_text":"tw');
    await write(page, 'o\\nthree');
    assert.equal(await page.locator('.tool-old .tool-text').textContent(), 'one');
    assert.equal(await page.locator('.tool-new .tool-text').textContent(), 'two\nthree');
    assert.equal(await page.locator(card).getAttribute('data-state'), 'writing');
  });

  it('shows what a hostile input holds as text', async () => {
    const page = await openPage();
    await startCall(page, JSON.stringify({ path: '<img src=x onerror=alert(1)>', b: '</div>' }));
    assert.equal(await page.locator(`${card} img`).count(), 0);
    assert.match((await page.locator(card).textContent()) ?? '', /<img src=x/);
  });

  it('asks what, where and why, and says what the person answers', async () => {
    const page = await openPage();
    const answers = [
      ['Allow', 'once'],
      ['Deny', 'deny'],
      ['Allow in this chat', 'conversation'],
      ['Always allow in this workspace', 'workspace'],
      ['Never allow in this workspace', 'never'],
    ] as const;
    await startCall(page, '{"path":"src/a.ts"}');
    await ask(page);
    assert.match((await page.getByTestId('approval').textContent()) ?? '', /edit_file src\/a\.ts/);
    for (const [label, decision] of answers) {
      await page.getByTestId('approval').getByRole('button', { name: label, exact: true }).click();
      const sent = await page.evaluate(() => window.fakeHost.sentOf('decideTool').at(-1));
      assert.deepEqual(sent, { type: 'decideTool', turn: 'a', call: 't1', decision });
    }
    assert.deepEqual(await page.evaluate(() => window.fakeHost.malformed), []);
  });

  it('offers no longer answer where it is always asked', async () => {
    const page = await openPage();
    await startCall(page, '{"path":".env"}');
    await ask(page, false);
    assert.equal(await page.getByTestId('approval').getByRole('button').count(), 2);
    assert.match((await page.getByTestId('approval').textContent()) ?? '', /always asked/);
  });

  it('is approved and denied by keyboard from the composer, unless something is written there', async () => {
    const page = await openPage();
    await startCall(page, '{"path":"src/a.ts"}');
    await ask(page);
    await page.getByTestId('composer').focus();
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+Alt+Enter');
    await page.keyboard.type('wait');
    await page.keyboard.press('Control+Enter');
    const said = await page.evaluate(() =>
      window.fakeHost.sentOf('decideTool').map(({ decision }) => decision),
    );
    assert.deepEqual(said, ['once', 'deny']);
  });

  it('shows output live in colours, and folds it away when it is over', async () => {
    const page = await openPage();
    await startCall(page, '{"command":"npm test"}');
    const esc = String.fromCharCode(27);
    await run(page, `10%\r20%\r\n${esc}[31;1mred${esc}[0m <b>plain</b>${esc}]0;title`);
    await page.evaluate(
      (text) => window.fakeHost.conversation.turn('a')!.append(1, text),
      `${String.fromCharCode(7)} end${esc}[3`,
    );
    await page.evaluate(() => window.fakeHost.conversation.turn('a')!.append(1, '2mgreen'));
    await page.waitForFunction(() => document.querySelector('.ansiGreen')?.textContent === 'green');
    assert.equal(
      await page.locator('.tool-output').textContent(),
      '20%\nred <b>plain</b> endgreen',
    );
    assert.equal(await page.locator('.ansiRed.ansi-bold').textContent(), 'red');
    await finish(page, 'exit code 0');
    assert.equal(await page.locator('.tool-output').count(), 0);
    await page.getByRole('button', { name: 'Result' }).click();
    assert.match((await page.locator('.tool-output').textContent()) ?? '', /^20%/);
  });

  it('says what became of every call', async () => {
    for (const fate of ['failed', 'refused', 'denied', 'stopped', 'not-run', 'unknown'] as const) {
      const page = await openPage();
      await startCall(page, '{}');
      await finish(page, 'why', fate);
    }
    // After a crash there is no result; whether it had begun is what the card says.
    const page = await openPage();
    await startCall(page, '{}');
    await run(page, '');
    await page.evaluate(() =>
      window.fakeHost.conversation.turn('a')!.setStatus({ kind: 'stopped' }),
    );
    await page.locator(`${card}[data-state=unknown]`).waitFor();
  });

  it('asks whether an answer goes on at its limit', async () => {
    const page = await openPage();
    await startCall(page, '{}');
    await page.evaluate(() => {
      const turn = window.fakeHost.conversation.turn('a')!;
      turn.setStatus({
        kind: 'awaiting-approval',
        questions: [{ kind: 'limit', limit: 'messages', used: 50 }],
      });
    });
    await page.getByTestId('limit').getByRole('button', { name: 'Continue' }).click();
    await page.getByTestId('limit').getByRole('button', { name: 'Stop' }).click();
    const said = await page.evaluate(() =>
      window.fakeHost.sentOf('goOn').map(({ goesOn }) => goesOn),
    );
    assert.deepEqual(said, [true, false]);
  });

  it('changes the mode near the composer, where there are tools', async () => {
    const without = await openPage();
    assert.equal(await without.getByTestId('tool-mode').count(), 0);
    const page = await openPage({ state: { toolMode: 'ask' } });
    await page.getByTestId('tool-mode').selectOption('plan');
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('setToolMode')), [
      { type: 'setToolMode', conversation: 'c1', mode: 'plan' },
    ]);
  });
});
