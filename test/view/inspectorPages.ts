import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { WireRecord } from '../../src/core/wireRecord';
import { webviewPage } from '../../src/host/webviewPage';
import {
  inspectorVersion,
  type HostToInspector,
  type InspectorToHost,
} from '../../src/protocol/inspectorMessages';
import type { InspectorStrings } from '../../src/protocol/inspectorStrings';
import { chromiumFlags, provisionChromium } from '../editor/provision/chromium';
import type { ThemeName } from './viewPages';

declare global {
  interface Window {
    inspectorHost: {
      sent: InspectorToHost[];
      records: WireRecord[];
      /** More arrives. */
      add(records: WireRecord[]): void;
      post(message: HostToInspector): void;
    };
  }
}

/** The stream inspector in a plain Chromium, with the page and the content policy that the host gives it. */
export class InspectorPages {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    readonly errors: string[],
  ) {}

  static async start(): Promise<InspectorPages> {
    const [files, browser] = await Promise.all([
      buildFiles(),
      provisionChromium().then((executablePath) =>
        chromium.launch({ executablePath, args: [...chromiumFlags] }),
      ),
    ]);
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const { origin } = new URL(`http://${request.headers.host ?? ''}`);
      const file =
        pathname === '/'
          ? { type: 'text/html', body: html(origin, files.strings) }
          : files.at(pathname);
      response.writeHead(file === undefined ? 204 : 200, { 'content-type': file?.type ?? '' });
      response.end(file?.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new InspectorPages(server, browser, []);
  }

  /** Shows these records as a turn of this window. */
  async open(
    records: readonly WireRecord[],
    options: { readonly theme?: ThemeName; readonly width?: number; readonly height?: number } = {},
  ): Promise<Page> {
    const { theme = 'dark', width = 1200, height = 800 } = options;
    const page = await this.browser.newPage({ viewport: { width, height } });
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    const { bodyClass, variables } = JSON.parse(
      await readFile(`test/view/themes/${theme}.json`, 'utf8'),
    ) as { bodyClass: string; variables: Record<string, string> };
    await page.addInitScript('globalThis.__name = (value) => value;');
    await page.addInitScript(prepare, { bodyClass, variables, records: [...records] });
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`);
    await page.locator('[data-testid=events]').waitFor();
    await page.waitForFunction((count) => {
      const last = window.inspectorHost.sent.findLast(({ type }) => type === 'next');
      return last?.type === 'next' && last.from === count;
    }, records.length);
    return page;
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** In the page: the host's part. */
function prepare(given: {
  bodyClass: string;
  variables: Record<string, string>;
  records: WireRecord[];
}): void {
  const turn = 'turn-1';
  let wanted: number | undefined;
  const host: Window['inspectorHost'] = {
    sent: [],
    records: given.records,
    add(records) {
      host.records.push(...records);
      answer();
    },
    post: (message) => window.postMessage(message, '*'),
  };
  const answer = (): void => {
    if (wanted === undefined || wanted >= host.records.length) return;
    const from = wanted;
    wanted = undefined;
    host.post({ type: 'records', turn, from, records: host.records.slice(from, from + 2_000) });
  };
  const receive = (message: InspectorToHost): void => {
    host.sent.push(message);
    if (message.type === 'ready') {
      const turns = [{ id: turn, label: 'Tell me of the river' }];
      host.post({ type: 'source', file: null, turns, turn, lost: 0 });
    }
    if (message.type === 'next') {
      wanted = message.from;
      answer();
    }
  };
  Object.assign(window, {
    inspectorHost: host,
    acquireVsCodeApi: () => ({
      postMessage: (message: InspectorToHost) => receive(structuredClone(message)),
      getState: () => undefined,
      setState: () => undefined,
    }),
  });
  document.addEventListener('DOMContentLoaded', () => {
    document.body.className = given.bodyClass;
    for (const [name, value] of Object.entries(given.variables)) {
      document.documentElement.style.setProperty(name, value);
    }
    document.body.style.background = 'var(--vscode-editor-background)';
  });
}

interface Files {
  readonly strings: InspectorStrings;
  at(pathname: string): { readonly type: string; readonly body: Uint8Array } | undefined;
}

async function buildFiles(): Promise<Files> {
  const options = { bundle: true, write: false, logLevel: 'error' } as const;
  const [page, strings] = await Promise.all([
    build({
      ...options,
      entryPoints: { inspector: 'media/inspector/inspector.tsx' },
      outdir: 'out',
      format: 'esm',
      target: 'chrome128',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
    }),
    build({
      ...options,
      entryPoints: ['src/host/inspectorStrings.ts'],
      format: 'esm',
      platform: 'node',
      plugins: [
        {
          name: 'source-language',
          setup(plugin) {
            plugin.onResolve({ filter: /^vscode$/ }, () => ({
              path: 'vscode',
              namespace: 'words',
            }));
            plugin.onLoad({ filter: /.*/, namespace: 'words' }, () => ({
              contents: 'export const l10n = { t: (message) => message };',
            }));
          },
        },
      ],
    }),
  ]);
  const module = (await import(
    `data:text/javascript,${encodeURIComponent(strings.outputFiles[0]?.text ?? '')}`
  )) as { inspectorStrings: () => InspectorStrings };
  const types = new Map([
    ['js', 'text/javascript'],
    ['css', 'text/css'],
    ['ttf', 'font/ttf'],
  ]);
  return {
    strings: module.inspectorStrings(),
    at: (pathname) => {
      const file = page.outputFiles.find(({ path }) => path.endsWith(`/out${pathname}`));
      const type = types.get(pathname.split('.').at(-1) ?? '') ?? 'text/plain';
      return file === undefined ? undefined : { type, body: file.contents };
    },
  };
}

function html(origin: string, strings: InspectorStrings): string {
  return webviewPage({
    boot: { version: inspectorVersion, locale: 'en', strings },
    title: strings.title,
    scriptUri: `${origin}/inspector.js`,
    styleUri: `${origin}/inspector.css`,
    cspSource: origin,
    nonce: 'test',
  });
}
