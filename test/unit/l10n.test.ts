import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getL10nJson } from '@vscode/l10n-dev';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bundle = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(join(root, 'l10n', file), 'utf8')) as Record<string, string>;

/** Every text that the extension's code says, found as the tool finds it that translators use. */
async function textsInCode(): Promise<string[]> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      extension: '.ts' as const,
      contents: readFileSync(join(root, 'src', file), 'utf8'),
    }))
    .filter(({ contents }) => contents.includes('l10n'));
  return Object.keys(await getL10nJson(files));
}

describe('l10n', function () {
  this.timeout(60_000);

  it('has every text of the code in the English bundle, and no other', async () => {
    const texts = await textsInCode();
    assert.ok(texts.length > 100, `only ${texts.length} texts were found`);
    const english = bundle('bundle.l10n.json');
    // `npx vscode-l10n-dev export -o l10n src` writes it.
    assert.deepEqual(Object.keys(english).sort(), texts.sort());
    for (const [key, text] of Object.entries(english)) assert.equal(text, key);
  });

  it('has all of them in Spanish', () => {
    const spanish = bundle('bundle.l10n.es.json');
    assert.deepEqual(Object.keys(spanish).sort(), Object.keys(bundle('bundle.l10n.json')).sort());
    for (const [key, text] of Object.entries(spanish)) assert.ok(text.trim() !== '', key);
  });

  it('keeps every placeholder in the translation', () => {
    const placeholders = (text: string): string[] => (text.match(/\{\d\}/g) ?? []).sort();
    for (const [key, text] of Object.entries(bundle('bundle.l10n.es.json'))) {
      assert.deepEqual(placeholders(text), placeholders(key), key);
    }
  });

  it('says every text whole: none is put together from pieces', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const code = readFileSync(join(root, 'src', file), 'utf8');
      for (const [call] of code.matchAll(/l10n\.t\(\s*[^)]/g)) {
        assert.match(call, /['{]$/, `${file}: ${call}`);
      }
    }
  });
});
