import path from 'node:path';
import type { EditorVersion } from './editorVersion';
import { downloadsRoot } from './paths';

/**
 * The desktop VS Code, where it can be had: there is a display, and its download is reachable. Otherwise undefined, and
 * the served VS Code takes its place. `CAUDAL_VSCODE=served` or `=desktop` decides instead.
 */
export async function provisionDesktopEditor(version: EditorVersion): Promise<string | undefined> {
  const wish = process.env['CAUDAL_VSCODE'];
  if (wish === 'served' || (wish !== 'desktop' && !hasDisplay())) return undefined;
  try {
    const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
    return await downloadAndUnzipVSCode({
      version,
      cachePath: path.join(downloadsRoot, 'desktop'),
    });
  } catch (error) {
    if (wish === 'desktop') throw error;
    process.stderr.write('The desktop VS Code cannot be downloaded: the served one is used.\n');
    return undefined;
  }
}

function hasDisplay(): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') !== '';
}
