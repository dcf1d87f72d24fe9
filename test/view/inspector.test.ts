import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { InspectorPages } from './inspectorPages';
import { longTurn, StreamScript } from './streamRecords';

describe('The stream inspector', function () {
  this.timeout(120_000);
  let pages: InspectorPages;
  let page: Page | undefined;

  before(async () => {
    pages = await InspectorPages.start();
  });
  afterEach(async () => {
    await page?.close();
    assert.deepEqual(pages.errors.splice(0), []);
  });
  after(() => pages.dispose());

  const rowOf = (type: string): string => `[role=option][data-type="${type}"]`;

  it('shows every event, the attempts and where they were cut', async () => {
    page = await pages.open(longTurn());
    const shown = longTurn().filter(
      ({ kind }) => !['run', 'sent', 'painted'].includes(kind),
    ).length;
    const list = page.getByTestId('events');
    assert.equal(await list.getByRole('option').last().getAttribute('aria-setsize'), `${shown}`);
    await page.getByTestId('filter').fill('cut');
    await page.locator(rowOf('cut')).nth(1).waitFor();
    assert.equal(await page.locator(rowOf('cut')).count(), 2);
    await page.getByTestId('filter').fill('nothing of the kind');
    await page.getByText('Nothing matches the filter.').waitFor();
    const figures = await page.locator('.figure-strip').innerText();
    assert.match(figures, /To first token\s+4\d\d\sms/);
    assert.match(figures, /Attempts\s+3/);
    assert.match(figures, /Stalls\s+1/);
  });

  it('shows an event as it came beside the message as it was then, and what it changed', async () => {
    page = await pages.open(longTurn());
    await page.getByTestId('filter').fill('the weir');
    await page.getByTestId('filter').fill('"weir, "');
    await page.locator(rowOf('content_block_delta')).first().click();
    assert.match(await page.getByTestId('event-json').innerText(), /"text": "weir, "/);
    assert.equal(await page.locator('mark.new').innerText(), 'weir, ');
    assert.match(await page.getByTestId('changes').innerText(), /Added 6 characters/);
    assert.match(await page.getByTestId('message').innerText(), /clear above the weir, $/);
    await page.getByTestId('filter').fill('request');
    await page.locator(rowOf('request')).first().click();
    const request = await page.getByTestId('event-json').innerText();
    assert.match(request, /"x-api-key": "‹redacted›"/);
    assert.match(request, /"content": "Tell me of the river"/);
  });

  it('moves through the events with the keyboard, and follows the latest until then', async () => {
    const records = longTurn();
    page = await pages.open(records.slice(0, 30));
    const selected = page.locator('[role=option][aria-selected=true]');
    const posinset = async (): Promise<number> =>
      Number(await selected.getAttribute('aria-posinset'));
    const before = await posinset();
    await page.evaluate((more) => window.inspectorHost.add(more), records.slice(30, 60));
    await page.waitForFunction(
      (place) =>
        Number(
          document
            .querySelector('[role=option][aria-selected=true]')
            ?.getAttribute('aria-posinset'),
        ) > place,
      before,
    );
    await page.getByTestId('events').focus();
    await page.keyboard.press('Home');
    assert.equal(await posinset(), 1);
    await page.keyboard.press('ArrowDown');
    assert.equal(await posinset(), 2);
    await page.evaluate((more) => window.inspectorHost.add(more), records.slice(60, 90));
    await page.waitForFunction(() => {
      const last = window.inspectorHost.sent.at(-1);
      return last?.type === 'next' && last.from === 90;
    });
    assert.equal(await posinset(), 2);
  });

  it('has only the rows in the page that can be seen, of 100,000', async () => {
    const script = new StreamScript().open(100);
    script.event({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'text', text: '' },
    });
    for (let i = 0; i < 100_000; i++) {
      script.wait(1).event({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: `word ${i} ` },
      });
    }
    page = await pages.open(script.records);
    const list = page.getByTestId('events');
    const setSize = (): Promise<string | null> =>
      list.getByRole('option').last().getAttribute('aria-setsize');
    assert.equal(await setSize(), '100004');
    for (const top of [0, 700_000, 1_500_000]) {
      await list.evaluate((element, to) => (element.scrollTop = to), top);
      await page
        .locator(`[role=option][aria-posinset="${Math.floor(top / 22) + 1}"]`)
        .waitFor({ state: 'visible' });
      assert.ok((await list.getByRole('option').count()) < 100);
    }
    await page.locator('[role=option][aria-posinset="68190"]').click();
    assert.match(await page.locator('mark.new').innerText(), /^word 681\d\d $/);
  });

  it('selects what came at a place of the timeline', async () => {
    page = await pages.open(longTurn());
    const box = (await page.locator('canvas').boundingBox())!;
    await page.mouse.click(box.x + 78, box.y + 20);
    await page.locator(`${rowOf('request')}[aria-selected=true]`).waitFor();
  });

  it('asks its host for replay, files and turns', async () => {
    page = await pages.open(longTurn());
    for (const name of ['As it came', '10×', 'Next event', 'All at once']) {
      await page.getByRole('button', { name, exact: true }).click();
    }
    for (const name of ['Save recording', 'Open recording', 'Save bug report bundle']) {
      await page.getByRole('button', { name }).click();
    }
    const sent = await page.evaluate(() =>
      window.inspectorHost.sent.filter(({ type }) => type === 'replay' || type === 'run'),
    );
    assert.deepEqual(sent, [
      { type: 'replay', pace: 'real' },
      { type: 'replay', pace: 'fast' },
      { type: 'replay', pace: 'step' },
      { type: 'replay', pace: 'once' },
      { type: 'run', command: 'save' },
      { type: 'run', command: 'open' },
      { type: 'run', command: 'bugReport' },
    ]);
  });

  it('is accessible', async () => {
    page = await pages.open(longTurn());
    await page.evaluate(await axeSource());
    const violations = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const { violations: found } = await axe.run();
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    assert.deepEqual(violations, []);
  });
});

async function axeSource(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
}
