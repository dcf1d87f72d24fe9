import { build, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { protocolVersion, type ViewState } from '../../src/protocol/hostToView';
import type { ViewStrings } from '../../src/protocol/viewStrings';
import { chromiumFlags, provisionChromium } from '../editor/provision/chromium';
import { webviewPage } from '../../src/host/webviewPage';
import type {} from './fakeHost';

/**
 * The view in a plain Chromium, with VS Code's own theme variables and the page that the host would give it, content
 * policy and all. Only the host is a stand-in (fakeHost.ts). This is the ground for what one cannot drive finely enough
 * in a real VS Code: single keys of an input method, one pixel of scrolling, one lost patch.
 */
export const themeNames = ['light', 'dark', 'hc-dark', 'hc-light'] as const;
export type ThemeName = (typeof themeNames)[number];

export interface ViewPageOptions {
  readonly theme?: ThemeName;
  readonly surface?: 'sidebar' | 'editor';
  readonly width?: number;
  readonly height?: number;
  /** What is different from the ordinary state; `key: 'missing'`, say. */
  readonly state?: Partial<ViewState>;
  /** What the page finds as its own kept state. */
  readonly kept?: unknown;
  /** Do not wait until the view has shown the conversation. */
  readonly dontWait?: boolean;
  /** The host takes what the view says and answers nothing, not even to `ready`. */
  readonly hostIsSilent?: boolean;
  readonly reducedMotion?: boolean;
}

interface Theme {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

interface Files {
  /** The view's script and the parts that it loads later, by the path in their address. */
  readonly scripts: ReadonlyMap<string, string>;
  readonly style: string;
  readonly font: Uint8Array;
  readonly fakeHost: string;
  readonly strings: ViewStrings;
}

export class ViewPages {
  private constructor(
    private readonly files: Files,
    private readonly server: Server,
    private readonly browser: Browser,
    /** One for all: loading it anew takes a tenth of the time that a new one takes. */
    private readonly page: Page,
  ) {}

  static async start(): Promise<ViewPages> {
    const [files, themes, browser] = await Promise.all([
      buildFiles(),
      readThemes(),
      launchChromium(),
    ]);
    const page = await browser.newPage();
    page.on('pageerror', (error) => pageErrors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') pageErrors.push(message.text());
    });
    // The name helper is what tsx wraps around functions, which go from here into the page.
    await page.addInitScript('globalThis.__name = (value) => value;');
    await page.addInitScript(files.fakeHost);
    await page.addInitScript(preparePage, themes);
    const server = createServer();
    const pages = new ViewPages(files, server, browser, page);
    server.on('request', (request, response) => {
      const { type, body } = pages.answer(new URL(request.url ?? '/', pages.origin));
      response.writeHead(body === undefined ? 204 : 200, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return pages;
  }

  /** Loads the view anew. Errors of the page are kept for {@link takePageErrors}. */
  async open(options: ViewPageOptions = {}): Promise<Page> {
    const { page } = this;
    const { surface = 'sidebar', width = 420, height = 640, reducedMotion = false } = options;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
    const given = encodeURIComponent(JSON.stringify(options));
    await page.goto(`${this.origin}/?surface=${surface}&options=${given}`);
    if (options.dontWait !== true) {
      await page.waitForFunction(() => window.fakeHost.sentOf('painted').length > 0);
    }
    return page;
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private answer(url: URL): { type: string; body: string | Uint8Array | undefined } {
    const script = this.files.scripts.get(url.pathname);
    if (script !== undefined) return { type: 'text/javascript', body: script };
    switch (url.pathname) {
      case '/':
        return { type: 'text/html', body: this.html(url) };
      case '/view.css':
        return { type: 'text/css', body: this.files.style };
      case '/codicon.ttf':
        return { type: 'font/ttf', body: this.files.font };
      default:
        return { type: 'text/plain', body: undefined };
    }
  }

  private html(url: URL): string {
    return webviewPage({
      boot: {
        version: protocolVersion,
        surface: url.searchParams.get('surface') === 'editor' ? 'editor' : 'sidebar',
        locale: 'en',
        strings: this.files.strings,
        blobs: '',
      },
      title: 'Chat',
      scriptUri: `${this.origin}/view.js`,
      styleUri: `${this.origin}/view.css`,
      cspSource: this.origin,
      nonce: 'test',
    });
  }
}

/** Errors of all pages since they were last looked at. */
const pageErrors: string[] = [];

/** To be called after each test: an error nobody caught is a failure, whatever else went well. */
export function takePageErrors(): readonly string[] {
  return pageErrors.splice(0);
}

/** Resolves when the page has painted what it was given so far. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const later = (frames: number): void => {
          if (frames === 0) setTimeout(resolve);
          else requestAnimationFrame(() => later(frames - 1));
        };
        later(3);
      }),
  );
}

async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await provisionChromium(),
    args: [...chromiumFlags],
  });
}

async function buildFiles(): Promise<Files> {
  const options = { bundle: true, write: false, logLevel: 'error' } as const;
  const [view, fakeHost, strings] = await Promise.all([
    build({
      ...options,
      entryPoints: { view: 'media/view.tsx' },
      outdir: 'out',
      format: 'esm',
      target: 'chrome128',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
      splitting: true,
      chunkNames: 'chunks/[name]',
    }),
    build({ ...options, entryPoints: ['test/view/fakeHost.ts'], format: 'iife' }),
    build({
      ...options,
      entryPoints: ['src/host/viewStrings.ts'],
      format: 'esm',
      platform: 'node',
      plugins: [sourceLanguage],
    }),
  ]);
  const output = (extension: string): Uint8Array | undefined =>
    view.outputFiles.find((file) => file.path.endsWith(extension))?.contents;
  const decoder = new TextDecoder();
  const stringsModule = (await import(
    `data:text/javascript,${encodeURIComponent(strings.outputFiles[0]!.text)}`
  )) as { viewStrings: () => ViewStrings };
  const scripts = view.outputFiles.filter((file) => file.path.endsWith('.js'));
  return {
    scripts: new Map(
      scripts.map(({ path: file, text }) => [`/${path.relative(path.resolve('out'), file)}`, text]),
    ),
    style: decoder.decode(output('.css')),
    font: output('.ttf') ?? new Uint8Array(),
    fakeHost: fakeHost.outputFiles[0]!.text,
    strings: stringsModule.viewStrings(),
  };
}

/** The view's words as they stand in the source: what `l10n.t` gives in English. */
const sourceLanguage: Plugin = {
  name: 'source-language',
  setup(plugin) {
    plugin.onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'words' }));
    plugin.onLoad({ filter: /.*/, namespace: 'words' }, () => ({
      contents: 'export const l10n = { t: (message) => message };',
    }));
  },
};

type Themes = Readonly<Record<ThemeName, Theme>>;

async function readThemes(): Promise<Themes> {
  const read = async (name: ThemeName): Promise<[ThemeName, Theme]> => [
    name,
    JSON.parse(await readFile(`test/view/themes/${name}.json`, 'utf8')) as Theme,
  ];
  return Object.fromEntries(await Promise.all(themeNames.map(read))) as Themes;
}

/** In the page: what VS Code does to every webview before its content runs, and what the test wants of its host. */
function preparePage(themes: Themes): void {
  const given = new URL(location.href).searchParams.get('options');
  if (given === null) return;
  const options = JSON.parse(given) as ViewPageOptions;
  const host = window.fakeHost;
  host.state = { ...host.state, ...options.state };
  host.kept = options.kept;
  host.isSilent = options.hostIsSilent === true;

  const theme = themes[options.theme ?? 'light'];
  const defaults = new CSSStyleSheet();
  defaults.replaceSync(`@layer vscode-default {
    html {
      scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background);
    }
    body {
      overscroll-behavior-x: none; background-color: transparent; color: var(--vscode-editor-foreground);
      font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight);
      font-size: var(--vscode-font-size); margin: 0; padding: 0 20px;
    }
    a, a code { color: var(--vscode-textLink-foreground); }
    p > a { text-decoration: var(--text-link-decoration); }
    a:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
    code {
      font-family: var(--monaco-monospace-font); color: var(--vscode-textPreformat-foreground);
      background-color: var(--vscode-textPreformat-background); padding: 1px 3px; border-radius: 4px;
    }
    pre code { padding: 0; }
    blockquote {
      background: var(--vscode-textBlockQuote-background); border-color: var(--vscode-textBlockQuote-border);
    }
  }`);
  const behind = options.surface === 'editor' ? 'editor' : 'sideBar';
  const root = new CSSStyleSheet();
  root.replaceSync(':root {}');
  const { style } = root.cssRules[0] as CSSStyleRule;
  for (const [name, value] of Object.entries(theme.variables)) style.setProperty(name, value);
  style.backgroundColor = theme.variables[`--vscode-${behind}-background`] ?? '';
  document.adoptedStyleSheets = [defaults, root];
  document.addEventListener('DOMContentLoaded', () => {
    document.body.className = theme.bodyClass;
  });
}
