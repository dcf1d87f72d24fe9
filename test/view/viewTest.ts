import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { takePageErrors, ViewPages, type ViewPageOptions } from './viewPages';

export { painted, themeNames } from './viewPages';

/** For one test, in ms: a bound against hanging, which waits for the browser's start too. */
export const viewTestMs = 60_000;

/** One browser for all tests of the view, which load its page anew. */
let started: Promise<ViewPages> | undefined;
let page: Page | undefined;
let errorsAreExpected = false;

export async function openPage(options?: ViewPageOptions): Promise<Page> {
  started ??= ViewPages.start();
  return (page = await (await started).open(options));
}

/** This test provokes an error that nobody catches. */
export function expectPageErrors(): void {
  errorsAreExpected = true;
}

/** After each test: fails where the page had an error, or said what no host would take. */
export async function closePage(): Promise<void> {
  const malformed = await page?.evaluate(() => window.fakeHost.malformed);
  const errors = takePageErrors();
  const expected = errorsAreExpected;
  errorsAreExpected = false;
  assert.deepEqual(malformed ?? [], []);
  if (!expected) assert.deepEqual(errors, []);
}

after(async function () {
  this.timeout(viewTestMs);
  await (await started)?.dispose();
});
