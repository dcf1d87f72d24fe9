import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ToolInputScanner } from '../../src/core/toolInputScanner';
import { checkProperty, propertyTimeout } from './propertyRuns';

interface Scan {
  readonly texts: Record<string, string>;
  readonly ended: string[];
  readonly scanned: number;
  readonly calls: number;
}

function scan(...chunks: readonly string[]): Scan {
  const texts = new Map<string, string>();
  const ended: string[] = [];
  let calls = 0;
  const scanner = new ToolInputScanner((path, text, isWhole) => {
    calls++;
    texts.set(path, (texts.get(path) ?? '') + text);
    if (isWhole) ended.push(path);
  });
  for (const chunk of chunks) scanner.push(chunk);
  return { texts: Object.fromEntries(texts), ended, scanned: scanner.scanned, calls };
}

/** Every string in a value, by its path. */
function stringsIn(value: unknown, path: readonly (string | number)[] = []): [string, string][] {
  if (typeof value === 'string') return [[path.join('/'), value]];
  if (typeof value !== 'object' || value === null) return [];
  const members: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return members.flatMap(([key, member]) => stringsIn(member, [...path, key]));
}

describe('toolInputScanner', () => {
  it('shows what is there before the JSON is whole', () => {
    const { texts, ended } = scan('{"path": "src/a', '.ts", "te', 'xt": "line 1\\nli');
    assert.deepEqual(texts, { path: 'src/a.ts', text: 'line 1\nli' });
    assert.deepEqual(ended, ['path']);
  });

  it('names what is within lists and objects', () => {
    const { texts } = scan(
      '{"edits":[{"old":"a","new":"b"},{"old":"c","new":"d"}],"n":[1,true,"x"]}',
    );
    assert.deepEqual(texts, {
      'edits/0/old': 'a',
      'edits/0/new': 'b',
      'edits/1/old': 'c',
      'edits/1/new': 'd',
      'n/2': 'x',
    });
  });

  it('finds every string of any JSON, however it is split, and looks at each character once', async function () {
    this.timeout(propertyTimeout);
    const key = fc.string({ unit: 'binary' }).filter((name) => !name.includes('/'));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.constantFrom<unknown>(1, null, true, -2.5e7, '"\\/\b\f\n\r\t\u0001😀'),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    const property = fc.property(
      fc.dictionary(key, value, { maxKeys: 5 }),
      fc.boolean(),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (input, escaped, sizes) => {
        let json = JSON.stringify(input, null, 1);
        if (escaped) {
          json = json.replace(
            /[^\x20-\x7e\n]/g,
            (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
          );
        }
        const chunks: string[] = [];
        for (let at = 0; at < json.length;) {
          const size = sizes.next().value as number;
          chunks.push(json.slice(at, at + size));
          at += size;
        }
        const { texts, scanned } = scan(...chunks);
        assert.deepEqual(texts, Object.fromEntries(stringsIn(input)));
        assert.equal(scanned, json.length);
      },
    );
    await checkProperty(property, 300);
  });

  it('tells a long text in as many pieces as it came in, not more', () => {
    const chunks = ['{"text":"', ...Array.from({ length: 10_000 }, () => 'x'.repeat(20)), '"}'];
    const { texts, calls } = scan(...chunks);
    assert.equal(texts['text']?.length, 200_000);
    assert.equal(calls, 10_001);
  });

  it('never throws, whatever it is given', async () => {
    const junk = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('{', '}', '[', ']', '"', '\\', '\\u', ':', ',', 'é')),
    );
    await checkProperty(
      fc.property(junk, (chunks) => void scan(...chunks)),
      300,
    );
  });
});
