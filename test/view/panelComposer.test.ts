import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { closePage, openPage, painted, viewTestMs } from './viewTest';

const attachment = {
  attachment: {
    kind: 'selection',
    path: 'src/a.ts',
    uri: 'file:///src/a.ts',
    languageId: 'typescript',
    startLine: 3,
    endLine: 9,
  },
  content: 'const a = 1;',
} as const;

async function runAnswer(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.fakeHost.conversation.addAssistantTurn('a', { kind: 'connecting', attempt: 1 });
  });
  await page.getByTestId('stop').waitFor();
}

function sentTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => window.fakeHost.sentOf('send').map(({ draft }) => draft.text));
}

describe('the composer of the panel', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  it('sends on Enter, and empties once the host has taken the prompt', async () => {
    const page = await openPage();
    const field = page.getByTestId('composer');
    await field.fill('First line');
    await field.press('Shift+Enter');
    await page.keyboard.type('second line');
    await field.press('Enter');
    await page.locator('[data-role=user]').waitFor();
    assert.deepEqual(await sentTexts(page), ['First line\nsecond line']);
    await page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('[data-testid=composer]')!.value === '',
    );
    const [sent] = await page.evaluate(() => window.fakeHost.sentOf('send'));
    assert.equal(sent?.conversation, 'c1');
    assert.deepEqual(await page.evaluate(() => window.fakeHost.draft.text), '');
  });

  it('swaps Enter and Ctrl+Enter by the setting', async () => {
    const page = await openPage({
      state: {
        settings: { sendKey: 'modEnter', follow: 'end', thinking: 'collapsed', escStops: true },
      },
    });
    const field = page.getByTestId('composer');
    await field.fill('One');
    await field.press('Enter');
    await page.keyboard.type('two');
    assert.deepEqual(await sentTexts(page), []);
    await field.press('Control+Enter');
    await page.locator('[data-role=user]').waitFor();
    assert.deepEqual(await sentTexts(page), ['One\ntwo']);
  });

  it('never sends and never stops while an input method composes (T99)', async () => {
    const page = await openPage();
    await runAnswer(page);
    const field = page.getByTestId('composer');
    await field.focus();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Input.imeSetComposition', {
      text: 'にほん',
      selectionStart: 3,
      selectionEnd: 3,
    });
    for (const key of ['Enter', 'Escape']) {
      await page.evaluate((key) => {
        const field = document.querySelector('[data-testid=composer]')!;
        const flags = { key, bubbles: true, cancelable: true };
        field.dispatchEvent(new KeyboardEvent('keydown', { ...flags, isComposing: true }));
        field.dispatchEvent(new KeyboardEvent('keydown', { ...flags, keyCode: 229 }));
      }, key);
    }
    await devtools.send('Input.insertText', { text: '日本' });
    assert.equal(await field.inputValue(), '日本');
    assert.deepEqual(await sentTexts(page), []);
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('stop')), []);
    await field.press('Enter');
    await page.locator('[data-role=user]').waitFor();
    assert.deepEqual(await sentTexts(page), ['日本']);
  });

  it('sends nothing empty, and says queue while an answer runs', async () => {
    const page = await openPage();
    const send = page.getByTestId('send');
    assert.ok(await send.isDisabled());
    await page.getByTestId('composer').fill('  \n ');
    await page.getByTestId('composer').press('Enter');
    assert.deepEqual(await sentTexts(page), []);
    await runAnswer(page);
    await page.getByTestId('composer').fill('Next');
    assert.equal(await send.getAttribute('aria-label'), 'Send when this answer is done');
    await send.click();
    await page.locator('[data-role=user]', { hasText: 'Next' }).waitFor();
  });

  it('keeps the prompt and says why when the host does not take it', async () => {
    const page = await openPage();
    await page.evaluate(() => (window.fakeHost.onSend = { refuse: 'The address is not valid.' }));
    await page.getByTestId('composer').fill('Keep me');
    await page.getByTestId('send').click();
    await page.getByRole('alert').getByText('The address is not valid.').waitFor();
    assert.equal(await page.getByTestId('composer').inputValue(), 'Keep me');
    await page.getByTestId('composer').press('End');
    await page.keyboard.type('!');
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  it('sends a prompt once, however often Enter is pressed', async () => {
    const page = await openPage();
    await page.evaluate(() => (window.fakeHost.onSend = 'say-nothing'));
    await page.getByTestId('composer').fill('Once');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.keyboard.type('more');
    assert.deepEqual(await sentTexts(page), ['Once']);
    assert.equal(await page.getByTestId('composer').inputValue(), 'Once');
  });

  it('brings back the last prompt on ↑', async () => {
    const page = await openPage({ state: { lastPrompt: 'What I asked\nbefore' } });
    const field = page.getByTestId('composer');
    await field.press('ArrowUp');
    assert.equal(await field.inputValue(), 'What I asked\nbefore');
    await field.press('End');
    await page.keyboard.type('?');
    await field.press('ArrowUp');
    assert.equal(await field.inputValue(), 'What I asked\nbefore?');
  });

  it('stops by the button and by Esc, keeps the focus, and leaves Esc alone by the setting', async () => {
    const page = await openPage();
    await runAnswer(page);
    await page.getByTestId('stop').click();
    await page.getByTestId('composer').press('Escape');
    const sent = await page.evaluate(() => window.fakeHost.sentOf('stop'));
    assert.deepEqual(sent, [
      { type: 'stop', turn: null },
      { type: 'stop', turn: null },
    ]);
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('data-testid')),
      'composer',
    );
    await page.evaluate(() =>
      window.fakeHost.postState({
        settings: { sendKey: 'enter', follow: 'end', thinking: 'collapsed', escStops: false },
      }),
    );
    await painted(page);
    await page.keyboard.press('Escape');
    await page.evaluate(() => {
      window.fakeHost.conversation.turn('a')!.setStatus({ kind: 'stopped' });
      window.fakeHost.postState({
        settings: { sendKey: 'enter', follow: 'end', thinking: 'collapsed', escStops: true },
      });
    });
    await page.getByTestId('stop').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => window.fakeHost.sentOf('stop').length), 2);
  });

  it('saves the draft while the person types, and at once when the field is left (T114)', async () => {
    const page = await openPage();
    const field = page.getByTestId('composer');
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('draft')), []);
    const savedWithin = await field.evaluate(
      (element: HTMLTextAreaElement) =>
        new Promise<number>((resolve) => {
          const startedAt = performance.now();
          // Somebody who never pauses: a timer that starts anew with each key would never fire.
          const typing = setInterval(() => {
            element.value += 'x';
            element.dispatchEvent(new Event('input', { bubbles: true }));
            if (window.fakeHost.sentOf('draft').length > 0) {
              clearInterval(typing);
              resolve(performance.now() - startedAt);
            }
          }, 20);
        }),
    );
    assert.ok(Number.isFinite(savedWithin));
    await field.fill('Left');
    await field.blur();
    const drafts = await page.evaluate(() => window.fakeHost.sentOf('draft'));
    assert.equal(drafts.at(-1)?.draft.text, 'Left');
    assert.equal(drafts.at(-1)?.conversation, 'c1');
    assert.deepEqual(await page.evaluate(() => window.fakeHost.kept), {
      draft: { text: 'Left', attachments: [] },
      conversation: 'c1',
    });
  });

  it('shows at once what was typed before a reload (T114)', async () => {
    const draft = { text: 'From before', attachments: [attachment] };
    const page = await openPage({ kept: { draft }, dontWait: true, hostIsSilent: true });
    const field = page.getByTestId('composer');
    await field.waitFor();
    // The page's own memory shows it before the host has said a word.
    assert.equal(await field.inputValue(), 'From before');
    await page.getByTitle('Open src/a.ts, lines 3 to 9').waitFor();
  });

  it('does not let the host’s first word undo what was typed meanwhile (T114)', async () => {
    const page = await openPage({ dontWait: true, hostIsSilent: true });
    await page.getByTestId('composer').waitFor();
    const shown = await page.evaluate(async () => {
      const field = document.querySelector<HTMLTextAreaElement>('[data-testid=composer]')!;
      field.value = 'Typed early';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      window.fakeHost.post({ type: 'draft', draft: { text: '', attachments: [] } });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return field.value;
    });
    assert.equal(shown, 'Typed early');
  });

  it('saves a draft for the conversation it was typed in, when another one is shown', async () => {
    const page = await openPage();
    await page.getByTestId('composer').fill('For the first');
    await page.evaluate(() => {
      const { conversation } = window.fakeHost;
      const Other = conversation.constructor as new (
        id: string,
        at: number,
        clock: unknown,
      ) => typeof conversation;
      window.fakeHost.show(new Other('c2', 0, window.fakeHost.clock), {
        text: 'Of the second',
        attachments: [],
      });
    });
    await page.waitForFunction(
      () =>
        document.querySelector<HTMLTextAreaElement>('[data-testid=composer]')!.value ===
        'Of the second',
    );
    const drafts = await page.evaluate(() => window.fakeHost.sentOf('draft'));
    assert.equal(drafts.at(-1)?.draft.text, 'For the first');
    assert.equal(drafts.at(-1)?.conversation, 'c1');
  });

  it('takes an attachment, shows its file and lines, opens it, sends it and lets it go', async () => {
    const page = await openPage();
    await page.evaluate((attachment) => {
      window.fakeHost.post({ type: 'attach', attachment });
      window.fakeHost.post({ type: 'attach', attachment });
      const other = {
        ...attachment.attachment,
        uri: 'file:///b.ts',
        path: 'b.ts',
        startLine: 1,
        endLine: 1,
      };
      window.fakeHost.post({ type: 'attach', attachment: { attachment: other, content: 'b' } });
    }, attachment);
    const chips = page.locator('.composer .chip');
    await chips.nth(1).waitFor();
    assert.deepEqual(await chips.allTextContents(), ['a.ts:3-9≈4', 'b.ts:1≈1']);
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('data-testid')),
      'composer',
    );
    await page.getByTitle('Open src/a.ts, lines 3 to 9').click();
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('openAttachment')), [
      { type: 'openAttachment', attachment },
    ]);
    await page.getByRole('button', { name: 'Remove b.ts, line 1' }).click();
    await page.getByTestId('composer').fill('About this');
    await page.getByTestId('composer').press('Enter');
    await page.locator('[data-role=user] .chip').waitFor();
    const [sent] = await page.evaluate(() => window.fakeHost.sentOf('send'));
    assert.deepEqual(sent?.draft.attachments, [attachment]);
    assert.equal(await chips.count(), 0);
  });

  it('asks the host for models and for the key', async () => {
    const page = await openPage({ state: { key: 'missing', effortLabel: 'high' } });
    await page.getByRole('button', { name: 'Choose model: Claude Sonnet 5 · high' }).click();
    await page.getByRole('button', { name: 'Set API key' }).click();
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('run')), [
      { type: 'run', command: 'chooseModel' },
      { type: 'run', command: 'setKey' },
    ]);
  });
});
