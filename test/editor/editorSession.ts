import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  chromium,
  errors,
  type Browser,
  type Frame,
  type Locator,
  type Page,
} from 'playwright-core';
import { ChatPanel } from './driven/chatPanel';
import { chromiumFlags, provisionChromium } from './provision/chromium';
import { newestEditor, type EditorVersion } from './provision/editorVersion';
import { repositoryRoot } from './provision/paths';
import { provisionServedEditor } from './provision/servedEditor';
import { installVsix, startServed, type EditorFolders, type ServedProcess } from './servedProcess';
import { isolateWebviews, localFrameFlags } from './webviewProcess';
import { openSlowLink, type SlowLink } from './slowLink';

/**
 * A real VS Code with Caudal in it, for a test, a look or a demonstration:
 *
 *     const session = await startEditor({ env: { ANTHROPIC_API_KEY: 'k' }, settings: { 'caudal.baseUrl': server.url } });
 *     const panel = await session.openPanel();
 *     await panel.ask('Hello');
 *     await panel.waitForStatus('complete');
 *     await session.dispose();
 */
export interface EditorOptions {
  readonly version?: EditorVersion;
  /** The source tree (built) or a packaged VSIX; the source tree of this repository where missing. */
  readonly extension?: { readonly kind: 'source' | 'vsix'; readonly path: string };
  /** A module with `run()`, which runs in the extension host instead of a person driving the window. */
  readonly testsPath?: string;
  /** An empty folder where missing. */
  readonly workspace?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the extension host's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly theme?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** BCP 47; `en` where missing. */
  readonly locale?: string;
  /** Keeps the editor's data between two sessions; the caller removes it. */
  readonly dataFolder?: string;
  /** Without a browser of ours: a person opens `url`. */
  readonly withoutBrowser?: boolean;
  /** Further extensions, by their source folders. */
  readonly companions?: readonly string[];
  /** How far the window is from its extension host, in ms there and back. */
  readonly roundTripMs?: number;
  /**
   * Gives each webview a process of its own, as the desktop does: served from the window's own origin it shares the
   * window's. For measuring.
   */
  readonly ownWebviewProcess?: boolean;
  /** The panel is open when the window comes up, without anybody opening it. */
  readonly withPanelOpen?: boolean;
}

/** A tiny extension that opens the panel at start. */
export const openerPath = path.join(repositoryRoot, 'test', 'editor', 'caudal-opener');

/** How long the window may take to come up, in ms: a bound against hanging. */
const patienceMs = 120_000;

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'window.commandCenter': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'git.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

export class EditorSession {
  private constructor(
    readonly url: string,
    private readonly server: ServedProcess,
    private readonly link: SlowLink | undefined,
    private readonly browser: Browser | undefined,
    private currentPage: Page | undefined,
    /** Where the editor keeps its data. */
    readonly folder: string,
    private readonly ownsFolder: boolean,
  ) {}

  static async start(options: EditorOptions): Promise<EditorSession> {
    const editor = await provisionServedEditor(options.version ?? newestEditor);
    const folder = options.dataFolder ?? (await mkdtemp(path.join(tmpdir(), 'caudal-editor-')));
    const folders: EditorFolders = {
      extensions: path.join(folder, 'extensions'),
      userData: path.join(folder, 'user'),
      serverData: path.join(folder, 'server'),
    };
    await writeSettings(folders, options);
    const workspace = options.workspace ?? path.join(folder, 'workspace');
    await mkdir(workspace, { recursive: true });
    const extension = options.extension ?? { kind: 'source', path: repositoryRoot };
    await installCompanions(folders, options);
    if (extension.kind === 'vsix') await installVsix(editor, folders, extension.path);
    const server = await startServed(editor, folders, environment(options.env ?? {}));
    const link =
      options.roundTripMs === undefined
        ? undefined
        : await openSlowLink(server.origin, options.roundTripMs);
    try {
      const url = windowUrl(link?.origin ?? server.origin, workspace, extension, options.testsPath);
      const opened = options.withoutBrowser === true ? undefined : await openWindow(url, options);
      const ownsFolder = options.dataFolder === undefined;
      return new EditorSession(
        url,
        server,
        link,
        opened?.browser,
        opened?.page,
        folder,
        ownsFolder,
      );
    } catch (error) {
      await link?.dispose();
      await server.dispose();
      throw new Error(`VS Code did not come up. Its server said:\n${server.log()}`, {
        cause: error,
      });
    }
  }

  get page(): Page {
    if (this.currentPage === undefined) throw new Error('This session has no browser');
    return this.currentPage;
  }

  /** Of the editor's server, whose descendants the extension hosts are. */
  get serverPid(): number {
    return this.server.pid;
  }

  /** What the server has printed. */
  get log(): string {
    return this.server.log();
  }

  /** Runs a command as a person does: by its title, in the command palette. */
  async runCommand(title: string): Promise<void> {
    // Exactly this one: the palette puts what was used last first, and a title may begin another.
    await this.quickPick('F1', `>${title}`, exactly(title));
  }

  /** Opens a file as a person does: by its name. */
  async openFile(name: string): Promise<void> {
    await this.quickPick('Control+P', name, exactly(name));
    await this.page.locator('.tab', { hasText: name }).first().waitFor();
  }

  /** Chooses in the menu of what is clicked with the right button. */
  async chooseInMenu(target: Locator, label: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu');
    // A menu takes no click in its first moments.
    await this.untilDone(`No menu has “${label}”`, async () => {
      await target.click({ button: 'right', timeout: 3_000 });
      await menu.locator('.action-label', { hasText: exactly(label) }).click({ timeout: 3_000 });
      await menu.waitFor({ state: 'detached', timeout: 1_000 });
    });
  }

  private async quickPick(key: string, typed: string, label: RegExp): Promise<void> {
    const { page } = this;
    const input = page.locator('.quick-input-widget input');
    const row = page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: page.locator('.label-name', { hasText: label }) });
    // A palette opened before the window knows its extensions does not learn of them, and one that loses the focus to
    // a tab that comes up closes: it is opened anew.
    await this.untilDone(`Nothing is called “${typed}”`, async () => {
      await page.keyboard.press(key);
      await input.fill(typed, { timeout: 5_000 });
      await row.first().click({ timeout: 3_000 });
    });
  }

  /** Again, while the window is too busy for it. */
  private async untilDone(otherwise: string, act: () => Promise<void>): Promise<void> {
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(otherwise);
  }

  /** Reloads the window as a person does: the editor saves what it has of it, and tells its extensions to end. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.waitForSelector('.monaco-workbench .part.statusbar');
  }

  /** Closes the tab or window without a word to anybody, as a browser that is gone does, and opens another. */
  async closeAndReopen(): Promise<void> {
    const context = this.page.context();
    const viewport = this.page.viewportSize();
    await this.page.close({ runBeforeUnload: false });
    const page = await context.newPage();
    if (viewport !== null) await page.setViewportSize(viewport);
    page.setDefaultTimeout(patienceMs);
    this.currentPage = page;
    await page.goto(this.url);
    await page.waitForSelector('.monaco-workbench .part.statusbar');
  }

  /** Opens the chat in the side bar. */
  async openPanel(): Promise<ChatPanel> {
    await this.runCommand('Caudal: Open chat');
    return this.panel();
  }

  /** The chat that is on screen: the first of several. */
  async panel(): Promise<ChatPanel> {
    return (await this.panels(1))[0]!;
  }

  /** All chats on screen, in the order in which they were opened; waits until there are at least so many. */
  async panels(atLeast: number): Promise<ChatPanel[]> {
    const until = Date.now() + patienceMs;
    for (;;) {
      const frames = await this.chatFrames();
      if (frames.length >= atLeast) return frames.map((frame) => new ChatPanel(frame));
      if (Date.now() > until) {
        throw new Error(`Only ${frames.length} of ${atLeast} chats are on screen`);
      }
      await this.page.waitForTimeout(50);
    }
  }

  /** Drags the border of the side bar until it is about so wide, in CSS pixels. */
  async setSideBarWidth(width: number): Promise<void> {
    const { page } = this;
    const box = await page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('There is no side bar');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width, y);
    await page.mouse.down();
    await page.mouse.move(box.x + width, y, { steps: 8 });
    await page.mouse.up();
  }

  /** What `copy` puts on the clipboard. */
  async clipboardAfter(copy: () => Promise<void>): Promise<string> {
    const { page } = this;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const before = `nothing copied yet ${Date.now()}`;
    await page.evaluate((text) => navigator.clipboard.writeText(text), before);
    await copy();
    // The copy goes through the extension host and comes back.
    const until = Date.now() + patienceMs;
    for (;;) {
      const text = await page.evaluate(() => navigator.clipboard.readText());
      if (text !== before) return text;
      if (Date.now() > until) throw new Error('Nothing came to the clipboard');
      await page.waitForTimeout(50);
    }
  }

  async screenshot(file: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  async dispose(): Promise<void> {
    await this.browser?.close();
    await this.link?.dispose();
    await this.server.dispose();
    if (this.ownsFolder) await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async chatFrames(): Promise<Frame[]> {
    const chats: Frame[] = [];
    for (const frame of this.page.frames()) {
      if (!frame.url().includes('fake.html')) continue;
      const isChat = await frame
        .locator('[data-testid=composer]')
        .count()
        .catch(() => 0);
      if (isChat > 0) chats.push(frame);
    }
    return chats;
  }
}

export function startEditor(options: EditorOptions = {}): Promise<EditorSession> {
  return EditorSession.start(options);
}

async function openWindow(
  url: string,
  options: EditorOptions,
): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch({
    executablePath: await provisionChromium(),
    args: [...chromiumFlags, ...(options.ownWebviewProcess === true ? localFrameFlags : [])],
  });
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    locale: options.locale ?? 'en',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  if (options.ownWebviewProcess === true) await isolateWebviews(page, url);
  await page.goto(url);
  if (options.testsPath === undefined) {
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: patienceMs });
  }
  return { browser, page };
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

/** User settings, and the machine's for those that only a machine may set. */
async function writeSettings(folders: EditorFolders, options: EditorOptions): Promise<void> {
  const settings = {
    ...quietSettings,
    'workbench.colorTheme': options.theme ?? 'Default Dark Modern',
    ...options.settings,
  };
  const text = JSON.stringify(settings, null, 2);
  for (const place of ['User', 'Machine']) {
    const file = path.join(folders.userData, place, 'settings.json');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** A window takes one extension from its source folder; others go where installed ones are, before the first start. */
async function installCompanions(
  folders: EditorFolders,
  { companions = [], withPanelOpen = false }: EditorOptions,
): Promise<void> {
  for (const source of [...companions, ...(withPanelOpen ? [openerPath] : [])]) {
    await cp(source, path.join(folders.extensions, `caudal-test.${path.basename(source)}-0.0.1`), {
      recursive: true,
    });
  }
}

/** Ours, without anything that would lead the extension to a real key or server. */
function environment(more: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  // Of an editor that this is run from, and of a key that is somebody's own.
  const foreign = /^(ANTHROPIC_|VSCODE_|ELECTRON_|NODE_OPTIONS$)/;
  const clean = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(clean), ...more };
}

function windowUrl(
  origin: string,
  workspace: string,
  extension: NonNullable<EditorOptions['extension']>,
  testsPath: string | undefined,
): string {
  const remote = (file: string): string => `vscode-remote://remote${file}`;
  const payload = [
    ['skipWelcome', 'true'],
    ...(extension.kind === 'source' ? [['extensionDevelopmentPath', remote(extension.path)]] : []),
    ...(testsPath === undefined ? [] : [['extensionTestsPath', remote(testsPath)]]),
  ];
  const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
  return `${origin}/?${query.toString()}`;
}

/** The text of a file that a run in the extension host leaves behind; undefined while it is not there. */
export async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
