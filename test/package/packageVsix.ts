import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import JSZip from 'jszip';
import { repositoryRoot } from '../editor/provision/paths';
import { runTool } from '../editor/provision/runTool';
import { findCredentials } from './credentialScan';

/** A packaged extension: its file, and what is in it. */
export interface Vsix {
  readonly file: string;
  readonly bytes: number;
  /** Path inside the package → size in bytes. */
  readonly contents: ReadonlyMap<string, number>;
}

/**
 * Builds for production, packages with vsce, and looks through the result for credentials.
 *
 * @throws when the build or vsce fails, or when anything looks like a credential.
 */
export async function packageVsix(): Promise<Vsix> {
  const manifest = JSON.parse(
    await readFile(path.join(repositoryRoot, 'package.json'), 'utf8'),
  ) as { version: string };
  const file = path.join(repositoryRoot, `caudal-${manifest.version}.vsix`);
  await rm(file, { force: true });
  await runTool(process.execPath, ['esbuild.mjs', '--production'], { cwd: repositoryRoot });
  const vsce = path.join(repositoryRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  await runTool(process.execPath, [vsce, 'package', '--no-dependencies', '--out', file], {
    cwd: repositoryRoot,
  });
  const packed = await readFile(file);
  const zip = await JSZip.loadAsync(packed);
  const contents = new Map<string, number>();
  for (const entry of Object.values(zip.files)) {
    if (entry.dir) continue;
    const text = await entry.async('string');
    contents.set(entry.name, Buffer.byteLength(text));
    const [finding] = findCredentials(text);
    if (finding !== undefined) {
      throw new Error(`${entry.name} has what looks like a ${finding.kind}: ${finding.excerpt}`);
    }
  }
  return { file, bytes: packed.length, contents };
}
