import { existsSync } from 'node:fs';
import path from 'node:path';
import type { EditorVersion } from './editorVersion';
import { downloadsRoot } from './paths';

/** `desktop`: the Electron application. `served`: the same VS Code as a server, with a browser in front. */
export type EditorKind = 'desktop' | 'served';

/**
 * Which VS Code this machine can have: the desktop's where it can be shown and downloaded (or was before), else the
 * served one. `CAUDAL_VSCODE=desktop|served` decides instead. Throws on any other value of it.
 */
export async function decideEditorKind(version: EditorVersion): Promise<EditorKind> {
  const wanted = process.env['CAUDAL_VSCODE'];
  if (wanted === 'desktop' || wanted === 'served') return wanted;
  if (wanted !== undefined && wanted !== '')
    throw new Error(`CAUDAL_VSCODE must be "desktop" or "served", not "${wanted}".`);
  if (!canShowWindows()) return 'served';
  return desktopIsHere(version) || (await canDownload()) ? 'desktop' : 'served';
}

/** On Linux a window needs a display, or Xvfb to stand in for one. */
function canShowWindows(): boolean {
  return process.platform !== 'linux' || hasDisplay() || xvfb() !== undefined;
}

export function hasDisplay(): boolean {
  return Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);
}

export function xvfb(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'Xvfb'))
    .find((file) => existsSync(file));
}

/** `@vscode/test-electron` leaves this file in a download that is whole. */
function desktopIsHere(version: EditorVersion): boolean {
  const platforms = ['linux-x64', 'linux-arm64', 'darwin', 'darwin-arm64', 'win32-x64-archive'];
  return platforms.some((platform) =>
    existsSync(path.join(downloadsRoot, `vscode-${platform}-${version}`, 'is-complete')),
  );
}

let downloadable: Promise<boolean> | undefined;

function canDownload(): Promise<boolean> {
  downloadable ??= fetch('https://update.code.visualstudio.com/api/releases/stable', {
    signal: AbortSignal.timeout(5000),
  }).then(
    (response) => response.ok,
    () => false,
  );
  return downloadable;
}
