import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags, provisionChromium } from '../editor/provision/chromium';
import type {} from './inPage';

/** For one test, in ms: a bound against hanging, which waits for the browser's start too. */
export const markdownTestMs = 120_000;

const origin = 'http://markdown.test';
/** As strict as the panel's: no string becomes HTML or script, and nothing is loaded. */
const policy = [
  "default-src 'none'",
  `script-src ${origin}`,
  `style-src ${origin}`,
  "require-trusted-types-for 'script'",
  'trusted-types reference',
].join('; ');

let browser: Browser | undefined;
const errors: string[] = [];

/** A page with the markdown view in it, and nothing else. */
export async function openMarkdownPage(): Promise<Page> {
  const { script, style } = await buildPage();
  browser ??= await chromium.launch({
    executablePath: await provisionChromium(),
    args: [...chromiumFlags],
  });
  const page = await browser.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  // The name helper is what tsx wraps around functions, which go from here into the page.
  await page.addInitScript('globalThis.__name = (value) => value;');
  const files: Readonly<Record<string, { contentType: string; body: string }>> = {
    '/': {
      contentType: 'text/html',
      body: '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/page.css"><body><script src="/page.js"></script>',
    },
    '/page.js': { contentType: 'text/javascript', body: script },
    '/page.css': { contentType: 'text/css', body: style },
  };
  await page.route('**', (route) => {
    const { origin: from, pathname } = new URL(route.request().url());
    const file = from === origin ? files[pathname] : undefined;
    if (file === undefined) {
      errors.push(`asked for ${route.request().url()}`);
      return route.abort();
    }
    return route.fulfill({ ...file, headers: { 'content-security-policy': policy } });
  });
  await page.goto(`${origin}/`);
  return page;
}

/** Errors of all pages, and addresses that they asked for, since this was last called. */
export function takeErrors(): readonly string[] {
  return errors.splice(0);
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

async function buildPage(): Promise<{ script: string; style: string }> {
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    logLevel: 'error',
    entryPoints: { page: 'test/markdown/inPage.ts' },
    outdir: 'out',
    format: 'iife',
    target: 'chrome128',
  });
  const text = (extension: string): string =>
    outputFiles.find((file) => file.path.endsWith(extension))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}
