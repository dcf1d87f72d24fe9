import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { closePage, openPage, viewTestMs } from './viewTest';

/** Gives the page a file that it draws itself, by a paste or a drop. */
async function give(
  page: Page,
  how: 'paste' | 'drop',
  image: { readonly width: number; readonly height: number; readonly type: string },
): Promise<void> {
  await page.evaluate(
    async ({ how, image }) => {
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext('2d')!.fillRect(0, 0, 5, 5);
      const blob = await canvas.convertToBlob({ type: image.type });
      const transfer = new DataTransfer();
      transfer.items.add(new File([blob], 'drawn', { type: image.type }));
      const flags = { bubbles: true, cancelable: true };
      const field = document.querySelector('[data-testid=composer]')!;
      const event =
        how === 'paste'
          ? new ClipboardEvent('paste', { ...flags, clipboardData: transfer })
          : new DragEvent('drop', { ...flags, dataTransfer: transfer });
      field.dispatchEvent(event);
      if (!event.defaultPrevented) throw new Error('nobody took it');
    },
    { how, image },
  );
  await page.waitForFunction(() => window.fakeHost.sentOf('attachFile').length > 0);
}

/** What came to the host: type and size of the original, of what the model sees, of the small one. */
function attached(page: Page): Promise<(string | null)[][]> {
  return page.evaluate(async () => {
    const look = async (data: Uint8Array | undefined): Promise<string | null> => {
      if (data === undefined) return null;
      const head = String.fromCharCode(...data.subarray(0, 4));
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(data)]));
      const type = head.includes('PNG') ? 'png' : head.startsWith('ÿØ') ? 'jpeg' : head;
      return `${type} ${bitmap.width}×${bitmap.height}`;
    };
    return Promise.all(
      window.fakeHost
        .sentOf('attachFile')
        .map(({ file }) =>
          Promise.all([look(file.data), look(file.image?.data), look(file.image?.small)]),
        ),
    );
  });
}

describe('attaching in the panel', function () {
  this.timeout(viewTestMs);
  afterEach(closePage);

  it('takes a pasted image as it is where the model does', async () => {
    const page = await openPage();
    await give(page, 'paste', { width: 300, height: 200, type: 'image/png' });
    assert.deepEqual(await attached(page), [['png 300×200', null, null]]);
    const chip = page.locator('.composer .chip');
    await chip.waitFor();
    assert.match((await chip.textContent()) ?? '', /drawn 300 × 200/);
  });

  it('makes a dropped image as large as a model looks at, and keeps the original', async () => {
    const page = await openPage();
    await give(page, 'drop', { width: 6_000, height: 3_000, type: 'image/jpeg' });
    assert.deepEqual(await attached(page), [
      ['jpeg 6000×3000', 'jpeg 2576×1288', 'jpeg 2000×1000'],
    ]);
  });

  it('makes a small one besides of what is large, for requests with many', async () => {
    const page = await openPage();
    await give(page, 'drop', { width: 2_200, height: 100, type: 'image/webp' });
    assert.deepEqual(await attached(page), [['RIFF 2200×100', 'RIFF 2200×100', 'png 2000×91']]);
  });

  it('converts what the API does not know, and gives on what it cannot read', async () => {
    const page = await openPage();
    const sent = await page.evaluate(async () => {
      // A bitmap of one red pixel, and a TIFF.
      const bmp =
        '424d3a000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000000000000000' +
        '0000ff00';
      const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
        new Uint8Array(hex.match(/../g)!.map((two) => parseInt(two, 16)));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes(bmp)], 'a.bmp'));
      transfer.items.add(new File([bytes('49492a0008000000')], 'a.tiff'));
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }),
      );
      while (window.fakeHost.sentOf('attachFile').length < 2)
        await new Promise((resolve) => setTimeout(resolve, 10));
      return window.fakeHost
        .sentOf('attachFile')
        .map(({ file }) => [file.name, file.image?.data.slice(1, 4).join()]);
    });
    assert.deepEqual(sent.sort(), [
      ['a.bmp', '80,78,71'],
      ['a.tiff', undefined],
    ]);
  });

  it('leaves text that is pasted with a picture alone', async () => {
    const page = await openPage();
    const isTaken = await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.setData('text/plain', 'cells');
      transfer.items.add(new File(['x'], 'image.png', { type: 'image/png' }));
      const event = new ClipboardEvent('paste', {
        bubbles: true,
        cancelable: true,
        clipboardData: transfer,
      });
      document.querySelector('[data-testid=composer]')!.dispatchEvent(event);
      return event.defaultPrevented;
    });
    assert.equal(isTaken, false);
  });

  it('gives on the addresses of what is dropped from the Explorer, and says what cannot be attached', async () => {
    const page = await openPage();
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.setData('application/vnd.code.uri-list', 'vscode-remote://host/a%20b\r\nmemfs:/c');
      const flags = { bubbles: true, cancelable: true, dataTransfer: transfer };
      const enter = new DragEvent('dragenter', flags);
      document.body.dispatchEvent(enter);
      if (!enter.defaultPrevented) throw new Error('the editor would take it away');
    });
    await page.getByText('Drop to attach').waitFor();
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.setData('application/vnd.code.uri-list', 'vscode-remote://host/a%20b\r\nmemfs:/c');
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }),
      );
    });
    await page.getByText('a.bin cannot be attached.').waitFor();
    assert.equal(await page.getByText('Drop to attach').isVisible(), false);
    const [sent] = await page.evaluate(() => window.fakeHost.sentOf('attachUris'));
    assert.deepEqual(sent?.uris, ['vscode-remote://host/a%20b', 'memfs:/c']);
  });

  it('takes the last one away on Backspace at the beginning, and none elsewhere', async () => {
    const page = await openPage();
    await give(page, 'paste', { width: 30, height: 20, type: 'image/png' });
    const chip = page.locator('.composer .chip');
    await chip.waitFor();
    const field = page.getByTestId('composer');
    await field.fill('ab');
    await field.press('Backspace');
    assert.equal(await chip.count(), 1);
    await field.press('Home');
    await field.press('Backspace');
    assert.equal(await chip.count(), 0);
    assert.equal(await field.inputValue(), 'a');
  });

  it('finds what is to be attached behind an @, with the keyboard', async () => {
    const page = await openPage();
    const field = page.getByTestId('composer');
    const options = page.getByRole('option');
    await field.focus();
    await page.keyboard.type('See @app');
    await page.waitForFunction(() => document.querySelectorAll('[role=option]').length === 2);
    assert.equal(await options.first().getAttribute('aria-selected'), 'true');
    await page.keyboard.press('ArrowDown');
    assert.equal(
      await field.getAttribute('aria-activedescendant'),
      await options.nth(1).getAttribute('id'),
    );
    await page.keyboard.press('Enter');
    await page.locator('.composer .chip', { hasText: 'apple pie.md' }).waitFor();
    assert.equal(await field.inputValue(), 'See ');
    assert.equal(await options.count(), 0);
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('send')), []);
  });

  it('takes a click as well, and says when there is nothing', async () => {
    const page = await openPage();
    const field = page.getByTestId('composer');
    await field.focus();
    await page.keyboard.type('@zzz');
    await page.getByText('Nothing found').waitFor();
    await field.fill('');
    await page.keyboard.type('@ban');
    await page.getByRole('option', { name: /banana/ }).click();
    await page.locator('.composer .chip', { hasText: 'banana.ts' }).waitFor();
    assert.equal(
      await page.evaluate(() => document.activeElement?.getAttribute('data-testid')),
      'composer',
    );
  });

  it('closes on Escape without stopping anything, and lets an address with an @ alone', async () => {
    const page = await openPage();
    const field = page.getByTestId('composer');
    await field.focus();
    await page.keyboard.type('@app');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('option').count(), 0);
    await page.keyboard.type('l');
    await field.fill('');
    await page.keyboard.type('me@app');
    assert.equal(await page.getByRole('option').count(), 0);
    assert.deepEqual(await page.evaluate(() => window.fakeHost.sentOf('stop')), []);
    await page.keyboard.press('Enter');
    await page.locator('[data-role=user]').waitFor();
  });
});
