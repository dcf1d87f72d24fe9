import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { provisionOnce } from './provisionOnce';
import { downloadsRoot } from './paths';
import { runTool } from './runTool';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];

const places: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((root) => [
    path.join(process.env[root] ?? '', 'Google/Chrome/Application/chrome.exe'),
    path.join(process.env[root] ?? '', 'Microsoft/Edge/Application/msedge.exe'),
  ]),
};

/** What a Chromium needs to run without a display, as root, and without calling home. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The Chromium, Chrome or Edge of this machine (`CHROME_PATH` before any other); on Debian and Ubuntu, as root, it is
 * installed when there is none. Throws an `Error` that says what to install when there is no way to have one.
 */
export async function provisionChromium(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  if (await mayInstall()) {
    process.stderr.write('No Chromium found: installing the Debian package (once) …\n');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // One installation at a time: apt refuses a second.
    await provisionOnce(path.join(downloadsRoot, 'chromium-installed'), 'r1', async () => {
      await runTool('apt-get', ['update', '-q'], { env });
      await runTool('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
        env,
      });
    });
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'A Chromium is needed to show VS Code. Install Chromium, Google Chrome or Microsoft Edge ' +
      '(Debian and Ubuntu: sudo apt-get install chromium), or set CHROME_PATH to the browser you have.',
  );
}

function findChromium(): string | undefined {
  const given = process.env['CHROME_PATH'];
  if (given !== undefined && existsSync(given)) return given;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((one) => one !== '');
  const onPath =
    process.platform === 'win32'
      ? []
      : names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...(places[process.platform] ?? [])].find((file) => existsSync(file));
}

async function mayInstall(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\bdebian\b/m.test(release);
}
