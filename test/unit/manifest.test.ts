import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commandIds, chatPanelType, chatViewId } from '../../src/host/commandIds';
import { authStyles, checkSettings, numberRules } from '../../src/host/settingRules';

interface Setting {
  readonly type: string | readonly string[];
  readonly default: unknown;
  readonly scope?: string;
  readonly enum?: readonly string[];
  readonly enumItemLabels?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly markdownDescription: string;
}
interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly icon: string;
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies?: unknown;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly restrictedConfigurations: readonly string[];
    };
  };
  readonly contributes: {
    readonly viewsContainers: Readonly<Record<string, readonly { readonly icon: string }[]>>;
    readonly views: { readonly caudal: readonly { readonly id: string; readonly type: string }[] };
    readonly commands: readonly {
      readonly command: string;
      readonly category: string;
      readonly title: string;
      readonly icon: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly media: { readonly svg: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const english = JSON.parse(read('package.nls.json')) as Record<string, string>;
const spanish = JSON.parse(read('package.nls.es.json')) as Record<string, string>;
const settings = manifest.contributes.configuration.properties;

describe('manifest', () => {
  it('keeps the names that tests and automation rely on', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, 'caudal.caudal');
    assert.equal(manifest.contributes.views.caudal[0]?.id, chatViewId);
    assert.equal(manifest.contributes.views.caudal[0].type, 'webview');
  });

  it('declares exactly the commands that are registered', () => {
    const declared = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual([...declared].sort(), [...commandIds].sort());
  });

  it('gives every command a category, a localised title and an icon', () => {
    for (const { command, category, title, icon } of manifest.contributes.commands) {
      assert.equal(category, 'Caudal', command);
      assert.equal(title, `%${command.replace('caudal.', 'command.')}%`);
      assert.match(icon, /^\$\([a-z-]+\)$/, command);
    }
  });

  it('uses only declared commands in menus, keybindings and the walkthrough', () => {
    const known = new Set<string>(commandIds);
    const { menus, keybindings, walkthroughs } = manifest.contributes;
    const used = [...Object.values(menus).flat(), ...keybindings].map(({ command }) => command);
    for (const command of used) assert.ok(known.has(command), command);
    const texts = [...Object.values(english), ...Object.values(spanish)].join('\n');
    const events = walkthroughs.flatMap(({ steps }) => steps.flatMap((s) => s.completionEvents));
    for (const [, command] of `${texts}\n${events.join('\n')}`.matchAll(
      /(?:command:|onCommand:)([\w.]+\w)/g,
    )) {
      assert.ok(command !== undefined && known.has(command), command);
    }
  });

  it('starts on use alone, never at startup (T105)', () => {
    assert.deepEqual(manifest.activationEvents, [`onWebviewPanel:${chatPanelType}`]);
  });

  it('has no localised text that is missing, unused or untranslated', () => {
    const used = new Set(
      [...read('package.json').matchAll(/%([\w.-]+)%/g)].map(([, key]) => key ?? ''),
    );
    assert.deepEqual(Object.keys(english).sort(), [...used].sort());
    assert.deepEqual(Object.keys(spanish), Object.keys(english));
    for (const [key, text] of Object.entries(spanish)) assert.ok(text.trim() !== '', key);
  });

  it('keeps commands and links of a text in its translation', () => {
    const links = (text: string): string[] =>
      (text.match(/\(command:[\w.]+\)|`[^`]+`/g) ?? []).sort();
    for (const [key, text] of Object.entries(english)) {
      assert.deepEqual(links(spanish[key] ?? ''), links(text), key);
    }
  });

  it('describes every setting, and every choice of one', () => {
    for (const [id, setting] of Object.entries(settings)) {
      assert.equal(setting.markdownDescription, `%${id.replace('caudal.', 'setting.')}%`);
      assert.equal(setting.enum?.length, setting.enumItemLabels?.length, id);
    }
  });

  it('has the same defaults as the code that reads the settings', () => {
    const declared = checkSettings((name) => settings[`caudal.${name}`]?.default);
    const absent = checkSettings(() => undefined);
    assert.deepEqual(declared, absent);
    assert.deepEqual(declared.problems, []);
  });

  it('has the same bounds and choices as the code that reads the settings', () => {
    for (const [name, { least, most }] of Object.entries(numberRules)) {
      assert.equal(settings[`caudal.${name}`]?.minimum, least, name);
      assert.equal(settings[`caudal.${name}`]?.maximum, most, name);
    }
    assert.deepEqual(settings['caudal.authStyle']?.enum, authStyles);
    for (const [id, { enum: choices }] of Object.entries(settings)) {
      for (const choice of choices ?? []) {
        const get = (name: string): unknown => (`caudal.${name}` === id ? choice : undefined);
        assert.deepEqual(checkSettings(get).problems, [], `${id}=${choice}`);
      }
    }
  });

  it('reads every declared setting and no other', () => {
    const read: string[] = [];
    checkSettings((name) => void read.push(`caudal.${name}`));
    assert.deepEqual([...new Set(read)].sort(), Object.keys(settings).sort());
  });

  it('lets no workspace redirect the key or spend money while it is not trusted', () => {
    assert.equal(settings['caudal.baseUrl']?.scope, 'machine');
    assert.equal(settings['caudal.authStyle']?.scope, 'machine');
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    const harmless = ['caudal.sendKey', 'caudal.follow', 'caudal.showThinking', 'caudal.escStops'];
    assert.deepEqual(
      [...restrictedConfigurations, ...harmless].sort(),
      Object.keys(settings).sort(),
    );
  });

  it('has a pattern for the address that agrees with the code', () => {
    const pattern = new RegExp(settings['caudal.baseUrl']?.pattern ?? '');
    const addresses = [
      '',
      'https://gateway.example.com',
      'http://127.0.0.1:8080/anthropic',
      'http://[::1]:9',
      'gateway.example.com',
      'ftp://a.example',
      'https://me:pass@a.example',
      'https://a.example?x=1',
      'https://a.example#x',
      'https://a b.example',
    ];
    for (const address of addresses) {
      const { problems } = checkSettings((name) => (name === 'baseUrl' ? address : undefined));
      assert.equal(pattern.test(address), problems.length === 0, address);
    }
  });

  it('ships an icon of 256 pixels as PNG, and every picture it names', () => {
    const png = readFileSync(new URL(manifest.icon, root));
    assert.equal(png.subarray(1, 4).toString('latin1'), 'PNG');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
    const { viewsContainers, walkthroughs } = manifest.contributes;
    for (const { icon } of Object.values(viewsContainers).flat()) assert.match(read(icon), /<svg/);
    for (const { media } of walkthroughs.flatMap(({ steps }) => steps)) {
      assert.match(read(media.svg), /<svg/);
    }
  });

  it('is bundled whole, for the oldest editor it names', () => {
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.engines.vscode, '^1.105.0');
    assert.equal(manifest.devDependencies['@types/vscode'], '~1.105.0');
    assert.deepEqual(manifest.categories, ['AI', 'Chat']);
    assert.ok(manifest.keywords.length <= 10);
  });
});
