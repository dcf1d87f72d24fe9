/*
 * A real VS Code with Caudal in it, for tests, benchmarks and a look.
 *
 *   const editor = await startEditor({ settings: { 'caudal.baseUrl': server.url }, colorTheme: 'dark' });
 *   try {
 *     const panel = await editor.openPanel();                  // the chat view's document, a playwright Frame
 *     await panel.locator('[data-testid=composer]').fill('Hello');
 *     await editor.page.keyboard.press('Enter');
 *     await panel.locator('[data-role=assistant][data-status=complete] [data-testid=answer]').waitFor();
 *     await editor.runCommand('caudal.openInEditor');          // the command palette: an id or a title
 *     const tab = await editor.panel('editor');
 *     await editor.screenshot('out/panel.png');
 *   } finally {
 *     await editor.dispose();
 *   }
 *
 * Build first (`node esbuild.mjs`): it loads `dist/`. The first use brings VS Code to `.vscode-test/` (a minute).
 * A look from the command line: `npx tsx test/editor/look.ts --theme dark --prompt "Hello" --out out/look.png`.
 * `panel()` finds the document that is shown now: call it again after a reload instead of keeping the Frame.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';
import type { EditorFolders, EditorLaunch, RunningEditor } from './editorLaunch';
import type { EditorTheme } from './editorTheme';
import { themeNames } from './editorTheme';
import { launchDesktop } from './launchDesktop';
import { launchServed } from './launchServed';
import { findExtensionHost } from './processTree';
import { decideEditorKind } from './provision/editorKind';
import type { EditorKind } from './provision/editorKind';
import type { EditorVersion } from './provision/editorVersion';
import { newestEditor } from './provision/editorVersion';
import { repositoryRoot } from './provision/paths';
import type { Settings } from './userSettings';
import { UserSettings } from './userSettings';

export type ExtensionUnderTest =
  { readonly kind: 'source'; readonly path: string } | { readonly kind: 'vsix'; readonly path: string };

export interface EditorOptions {
  readonly version?: EditorVersion;
  /** What is tried: this repository's own source tree unless said otherwise. */
  readonly extension?: ExtensionUnderTest;
  /** Further extensions to load from their source folders. */
  readonly companions?: readonly string[];
  /** Copied, so that a session leaves no trace in it. */
  readonly workspace?: string;
  /** On top of those that keep the editor quiet. */
  readonly settings?: Settings;
  /** On top of this process's environment, which gives no `ANTHROPIC_*` away; undefined removes. */
  readonly env?: NodeJS.ProcessEnv;
  readonly colorTheme?: EditorTheme;
  /** CSS pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly headless?: boolean;
  /** Makes the window this many milliseconds (there and back) further away; served editor only. */
  readonly roundTripMs?: number;
  /** A module with `run(): Promise<void>` to be run inside the extension host: see runInHost.ts. */
  readonly testsPath?: string;
}

/** Which of Caudal's documents is meant. */
export type Surface = 'sidebar' | 'editor';

/** How long something on screen may take to appear: generous, machines are slow at times. */
const patienceMs = 60_000;

/** One VS Code with its own fresh folders. Whoever starts it disposes it. */
export class EditorSession {
  constructor(
    private readonly running: RunningEditor,
    private readonly settings: UserSettings,
    private readonly scratch: string,
    readonly kind: EditorKind,
    readonly version: EditorVersion,
    /** The copy of the workspace that is open. */
    readonly workspace: string,
  ) {}

  get page(): Page {
    return this.running.page;
  }

  /** The served editor's address, for a browser; empty for the desktop's. */
  get url(): string {
    return this.running.url;
  }

  /** The exit code of the suites at `testsPath`. */
  get testsExit(): Promise<number> {
    return this.running.testsExit;
  }

  /**
   * Runs a command through the command palette, as a person does: `caudal.newChat`, or the title that the palette shows
   * (`Caudal: New chat`). Throws when the palette does not offer it.
   */
  async runCommand(command: string): Promise<void> {
    const { page } = this;
    const input = page.locator('.quick-input-widget .quick-input-box input');
    const rows = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
    const isId = /^[\w-]+(\.[\w-]+)+$/.test(command);
    const deadline = Date.now() + patienceMs;
    // An extension's commands arrive some time after the window: until then the palette is asked again.
    while (Date.now() < deadline) {
      await page.keyboard.press('F1');
      try {
        await input.waitFor({ timeout: 5000 });
        await input.fill(`>${command}`);
        const row = isId
          ? rows.first()
          : rows.filter({ has: page.getByText(command, { exact: true }) }).first();
        await row.waitFor({ timeout: 3000 });
        // "No matching commands", and "similar commands" that mean something else, are rows too.
        const text = await row.innerText();
        if (!/no matching|similar commands/i.test(text)) {
          await row.click();
          return;
        }
      } catch {
        // Not there yet.
      }
      await page.keyboard.press('Escape');
      await delay(500);
    }
    throw new Error(`The command palette does not offer "${command}".\n${this.log().slice(-4000)}`);
  }

  /** The document of Caudal's view or editor tab that is shown now. Throws when there is none within a minute. */
  async panel(surface: Surface = 'sidebar'): Promise<Frame> {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const found = (await this.panels()).find((panel) => surfaceOf(panel) === surface);
      if (found !== undefined) return found;
      await delay(100);
    }
    throw new Error(`Caudal shows nothing in the ${surface}.\n${this.log().slice(-4000)}`);
  }

  /** Every document that Caudal shows now: side bar and editor tabs. */
  async panels(): Promise<readonly Frame[]> {
    const panels: Frame[] = [];
    for (const frame of this.page.frames()) {
      if (!frame.url().includes('fake.html?id=')) continue;
      if (!/[?&]extensionId=caudal\.caudal(&|$)/i.test(frame.parentFrame()?.url() ?? '')) continue;
      try {
        // While a document is being replaced, the new one waits in a frame of another id.
        const element = await frame.frameElement();
        if ((await element.getAttribute('id')) === 'active-frame') panels.push(frame);
      } catch {
        // Went away while being asked.
      }
    }
    return panels;
  }

  /** Opens the chat view and waits for its composer. */
  async openPanel(): Promise<Frame> {
    await this.runCommand('caudal.focus');
    const panel = await this.panel();
    await panel.locator('[data-testid=composer]').waitFor({ timeout: patienceMs });
    return panel;
  }

  /** Changes settings while the editor runs; it notices by itself, a moment later. */
  async changeSettings(values: Settings): Promise<void> {
    await this.settings.update(values);
  }

  async setTheme(theme: EditorTheme): Promise<void> {
    await this.settings.update({ 'workbench.colorTheme': themeNames[theme].setting });
    await this.page
      .locator(`.monaco-workbench.${themeNames[theme].cssClass}`)
      .waitFor({ timeout: patienceMs });
  }

  /** Drags the side bar's edge until the bar is `width` CSS pixels wide (VS Code's minimum is 170). */
  async setSideBarWidth(width: number): Promise<void> {
    const { page } = this;
    const bar = page.locator('.part.sidebar');
    // The edge that is dragged lies a few pixels beside the bar: a second try takes the rest.
    for (let attempt = 0; attempt < 3; attempt++) {
      const box = await bar.boundingBox();
      if (box === null) throw new Error('The side bar is not shown.');
      if (Math.round(box.width) === width) return;
      const right = box.x + box.width;
      const y = box.y + box.height / 2;
      const sash = await page.evaluate(
        ({ edge, middle }) => {
          const boxes = [...document.querySelectorAll('.monaco-sash.vertical:not(.disabled)')]
            .map((one) => one.getBoundingClientRect())
            .filter((one) => one.top <= middle && one.bottom >= middle)
            .map((one) => one.left + one.width / 2)
            .sort((a, b) => Math.abs(a - edge) - Math.abs(b - edge));
          return boxes[0];
        },
        { edge: right, middle: y },
      );
      if (sash === undefined) throw new Error('The side bar has no edge to drag.');
      await page.mouse.move(sash, y);
      await delay(300);
      await page.mouse.down();
      await page.mouse.move(sash + (width - box.width), y, { steps: 5 });
      await page.mouse.up();
      await delay(200);
    }
  }

  async screenshot(file: string): Promise<void> {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  /** Reloads the window, as `Developer: Reload Window` does, and waits until the workbench is back. */
  async reload(): Promise<void> {
    await this.page.reload();
    await waitForWorkbench(this.page);
  }

  /** The extension host's process id. Served editor only. */
  hostPid(): Promise<number> {
    return findExtensionHost(this.running.parentPid);
  }

  /** What editor, extension host and page printed: for the message of a test that fails. */
  log(): string {
    return this.running.log();
  }

  /** Ends the editor, its extension hosts and terminals, and removes its folders. */
  async dispose(): Promise<void> {
    await this.running.dispose();
    // The last writes of a process that has just been ended can make a folder non-empty again.
    await rm(this.scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Starts a fresh VS Code and waits until its workbench is there. Throws when it cannot be had or does not start. */
export async function startEditor(options: EditorOptions = {}): Promise<EditorSession> {
  const version = options.version ?? newestEditor;
  const extension = options.extension ?? { kind: 'source', path: repositoryRoot };
  const kind = await decideEditorKind(version);
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'caudal-'));
  try {
    const folders: EditorFolders = {
      extensions: path.join(scratch, 'ext'),
      userData: path.join(scratch, 'user'),
      serverData: path.join(scratch, 'server'),
    };
    const workspace = path.join(scratch, 'workspace');
    await Promise.all([...Object.values(folders), workspace].map((one) => mkdir(one)));
    const source =
      options.workspace ?? path.join(repositoryRoot, 'test', 'fixtures', 'workspace');
    await cp(source, workspace, { recursive: true });
    const settings = new UserSettings(folders.userData);
    await settings.update({
      'workbench.colorTheme': themeNames[options.colorTheme ?? 'dark'].setting,
      ...options.settings,
    });
    const launch: EditorLaunch = {
      version,
      folders,
      workspace,
      developmentPaths: [
        ...(extension.kind === 'source' ? [path.resolve(extension.path)] : []),
        ...(options.companions ?? []).map((one) => path.resolve(one)),
      ],
      vsix: extension.kind === 'vsix' ? path.resolve(extension.path) : undefined,
      testsPath: options.testsPath,
      env: hostEnvironment(options.env ?? {}),
      viewport: options.viewport ?? { width: 1280, height: 800 },
      headless: options.headless ?? true,
      roundTripMs: options.roundTripMs ?? 0,
    };
    const running = await (kind === 'desktop' ? launchDesktop(launch) : launchServed(launch));
    const session = new EditorSession(running, settings, scratch, kind, version, workspace);
    try {
      await waitForWorkbench(session.page);
      return session;
    } catch (error) {
      const log = session.log();
      await session.dispose();
      throw new Error(`VS Code ${version} did not come up.\n${log.slice(-4000)}`, { cause: error });
    }
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

function hostEnvironment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(process.env).filter(
    // What an outer VS Code or npm leaves in its children's environment would steer this one.
    ([name]) => !/^(ANTHROPIC_|VSCODE_|ELECTRON_|NODE_OPTIONS$|npm_)/i.test(name),
  );
  const merged = { ...Object.fromEntries(given), ...extra };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

async function waitForWorkbench(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: patienceMs });
}

function surfaceOf(panel: Frame): Surface {
  return /[?&]purpose=webviewView(&|$)/.test(panel.parentFrame()?.url() ?? '')
    ? 'sidebar'
    : 'editor';
}
