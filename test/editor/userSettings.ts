import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from './provision/paths';

export type Settings = Readonly<Record<string, unknown>>;

/** A quiet editor: nothing pops up, calls home or moves while a test looks at it. */
const quiet: Settings = {
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * The settings of one editor, in files. A remote window (which the served VS Code is) takes settings of machine scope
 * from the machine's file alone, so each goes where the editor reads it.
 */
export class UserSettings {
  readonly #values = new Map<string, unknown>(Object.entries(quiet));

  constructor(private readonly userData: string) {}

  async update(values: Settings): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
    const machineScoped = await machineScopedSettings();
    const all = [...this.#values];
    await writeJson(path.join(this.userData, 'User', 'settings.json'), Object.fromEntries(all));
    await writeJson(
      path.join(this.userData, 'Machine', 'settings.json'),
      Object.fromEntries(all.filter(([name]) => machineScoped.has(name))),
    );
  }
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value, null, 2));
}

interface Manifest {
  readonly contributes?: {
    readonly configuration?: ConfigurationNode | readonly ConfigurationNode[];
  };
}
interface ConfigurationNode {
  readonly properties?: Readonly<Record<string, { readonly scope?: string }>>;
}

async function machineScopedSettings(): Promise<ReadonlySet<string>> {
  const text = await readFile(path.join(repositoryRoot, 'package.json'), 'utf8');
  const configuration = (JSON.parse(text) as Manifest).contributes?.configuration ?? [];
  const nodes = Array.isArray(configuration) ? configuration : [configuration];
  return new Set(
    (nodes as readonly ConfigurationNode[]).flatMap((node) =>
      Object.entries(node.properties ?? {})
        .filter(([, { scope }]) => scope?.startsWith('machine') === true)
        .map(([name]) => name),
    ),
  );
}
