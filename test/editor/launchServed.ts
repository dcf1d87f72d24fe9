import { chromium } from 'playwright-core';
import type { EditorLaunch, RunningEditor } from './editorLaunch';
import { chromiumFlags, provisionChromium } from './provision/chromium';
import { provisionServedEditor } from './provision/servedEditor';
import { installVsix, startServed } from './servedProcess';
import { openSlowLink } from './slowLink';

/** VS Code as a server, with a Chromium of this machine as its window. */
export async function launchServed(launch: EditorLaunch): Promise<RunningEditor> {
  const [editor, executablePath] = await Promise.all([
    provisionServedEditor(launch.version),
    provisionChromium(),
  ]);
  if (launch.vsix !== undefined) await installVsix(editor, launch.folders, launch.vsix);
  const undo: (() => Promise<void>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const server = await startServed(editor, launch.folders, launch.env);
    undo.push(() => server.dispose());
    let origin = server.origin;
    if (launch.roundTripMs > 0) {
      const link = await openSlowLink(origin, launch.roundTripMs);
      undo.push(() => link.dispose());
      origin = link.origin;
    }
    const browser = await chromium.launch({
      executablePath,
      args: chromiumFlags,
      headless: launch.headless,
      // Ctrl+C is for whoever started us to handle: a browser that goes first makes every step after it fail.
      handleSIGINT: false,
    });
    undo.push(() => browser.close());
    const page = await browser.newPage({ viewport: { ...launch.viewport } });
    const printed: string[] = [];
    page.on('console', (message) => {
      printed.push(`[${message.type()}] ${message.text()}`);
      if (printed.length > 2000) printed.shift();
    });
    page.on('pageerror', (error) => printed.push(`[page error] ${error.message}`));
    const testsExit = new Promise<number>((resolve) => {
      undo.push(() => Promise.resolve(resolve(1)));
      void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
    });
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const url = servedUrl(origin, launch);
    await page.goto(url);
    return {
      page,
      url,
      testsExit,
      parentPid: server.pid,
      log: () => `${printed.join('\n')}\n${server.log()}`,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The address of the workbench, with what a desktop would take as arguments in its payload. */
export function servedUrl(
  origin: string,
  launch: Pick<EditorLaunch, 'workspace' | 'developmentPaths' | 'testsPath'>,
): string {
  const remote = (path: string): string => `vscode-remote://remote${encodeURI(path)}`;
  const payload = [
    ['skipWelcome', 'true'],
    ...launch.developmentPaths.map((path) => ['extensionDevelopmentPath', remote(path)]),
    ...(launch.testsPath === undefined ? [] : [['extensionTestsPath', remote(launch.testsPath)]]),
  ];
  const query = new URLSearchParams({
    folder: launch.workspace,
    payload: JSON.stringify(payload),
  });
  return `${origin}/?${query.toString()}`;
}
