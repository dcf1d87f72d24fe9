import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PromptAttachment } from '../../src/core/conversation';
import type { Draft } from '../../src/protocol/hostToView';
import { parseDraft, parseViewMessage } from '../../src/protocol/parseViewMessage';
import { suggestionKinds } from '../../src/protocol/suggestion';
import { changeActions } from '../../src/protocol/changedFile';
import {
  toolDecisions,
  toolModes,
  viewCommands,
  type ViewToHost,
} from '../../src/protocol/viewToHost';
import { propertyTimeout, runs } from './propertyRuns';

const text = fc.string({ maxLength: 20 });
const count = fc.nat(1_000_000);
const bytes = fc.uint8Array({ maxLength: 8 });
const blob = fc.constant({ sha256: '0a'.repeat(32), mediaType: 'image/png', size: 7 });
const promptAttachment: fc.Arbitrary<PromptAttachment> = fc.record({
  attachment: fc.oneof(
    fc.record({
      kind: fc.constant('selection' as const),
      path: text,
      uri: text,
      languageId: text,
      startLine: count,
      endLine: count,
    }),
    fc.record({ kind: fc.constant('folder' as const), path: text, uri: text }),
    fc.record({
      kind: fc.constant('image' as const),
      path: text,
      uri: text,
      blob,
      width: count,
      height: count,
    }),
  ),
  content: text,
});
const draft: fc.Arbitrary<Draft> = fc.record({
  text,
  attachments: fc.array(promptAttachment, { maxLength: 3 }),
});
const cursor = fc.record({
  conversation: text,
  turns: fc.dictionary(
    fc.oneof(text, fc.constantFrom('__proto__', 'constructor')),
    fc.record({ revision: fc.integer({ min: -1, max: 1e9 }), seen: fc.array(count) }),
  ),
});

/** One arbitrary per message of the protocol: a new one that is missing here is a type error. */
const messages: { [T in ViewToHost['type']]: fc.Arbitrary<Extract<ViewToHost, { type: T }>> } = {
  ready: fc.record({ type: fc.constant('ready' as const), cursor: fc.option(cursor) }),
  painted: fc.record({
    type: fc.constant('painted' as const),
    seq: count,
    agoMs: fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  }),
  want: fc.record({
    type: fc.constant('want' as const),
    conversation: text,
    turns: fc.array(text),
  }),
  find: fc.record({
    type: fc.constant('find' as const),
    search: count,
    conversation: text,
    query: text,
  }),
  send: fc.record(
    {
      type: fc.constant('send' as const),
      id: count,
      draft,
      conversation: text,
      confirmed: fc.constant(true as const),
    },
    { requiredKeys: ['type', 'id', 'draft'] },
  ),
  stop: fc.record({ type: fc.constant('stop' as const), turn: fc.option(text) }),
  retryNow: fc.record({ type: fc.constant('retryNow' as const), turn: text }),
  tryAgain: fc.record({ type: fc.constant('tryAgain' as const), turn: text }),
  continueTurn: fc.record({ type: fc.constant('continueTurn' as const), turn: text }),
  decideTool: fc.record({
    type: fc.constant('decideTool' as const),
    turn: text,
    call: text,
    decision: fc.constantFrom(...toolDecisions),
  }),
  stopTool: fc.record({ type: fc.constant('stopTool' as const), turn: text, call: text }),
  goOn: fc.record({ type: fc.constant('goOn' as const), turn: text, goesOn: fc.boolean() }),
  setToolMode: fc.record({
    type: fc.constant('setToolMode' as const),
    conversation: text,
    mode: fc.constantFrom(...toolModes),
  }),
  setCompaction: fc.record({
    type: fc.constant('setCompaction' as const),
    turn: text,
    compaction: fc.constantFrom('active' as const, 'undone' as const),
  }),
  editSummary: fc.record({ type: fc.constant('editSummary' as const), turn: text, text }),
  run: fc.record({
    type: fc.constant('run' as const),
    command: fc.constantFrom(...viewCommands),
  }),
  reviewTool: fc.record({
    type: fc.constant('reviewTool' as const),
    turn: fc.string(),
    call: fc.string(),
  }),
  applyCode: fc.record({
    type: fc.constant('applyCode' as const),
    text,
    info: text,
    before: text,
  }),
  restore: fc.record({ type: fc.constant('restore' as const), turn: fc.string() }),
  change: fc.record({
    type: fc.constant('change' as const),
    action: fc.constantFrom(...changeActions),
    file: fc.option(text),
    conversation: text,
  }),
  openLink: fc.record({ type: fc.constant('openLink' as const), href: text }),
  inspect: fc.record({ type: fc.constant('inspect' as const), turn: fc.string() }),
  openAttachment: fc.record({
    type: fc.constant('openAttachment' as const),
    attachment: promptAttachment,
  }),
  openBlock: fc.record({
    type: fc.constant('openBlock' as const),
    turn: fc.string(),
    block: count,
  }),
  attachFile: fc.record(
    {
      type: fc.constant('attachFile' as const),
      id: count,
      file: fc.record(
        { name: text, uri: text, data: bytes, image: fc.record({ data: bytes, small: bytes }) },
        { requiredKeys: ['name', 'uri', 'data'] },
      ),
      conversation: text,
    },
    { requiredKeys: ['type', 'id', 'file'] },
  ),
  attachUris: fc.record({
    type: fc.constant('attachUris' as const),
    id: count,
    uris: fc.array(text),
  }),
  suggest: fc.record({ type: fc.constant('suggest' as const), search: count, typed: text }),
  attachSuggestion: fc.record({
    type: fc.constant('attachSuggestion' as const),
    id: count,
    suggestion: fc.record({
      kind: fc.constantFrom(...suggestionKinds),
      key: text,
      label: text,
      detail: text,
    }),
  }),
  copy: fc.record({ type: fc.constant('copy' as const), text }),
  insertCode: fc.record({ type: fc.constant('insertCode' as const), text }),
  previewDiagram: fc.record({ type: fc.constant('previewDiagram' as const), text }),
  newFile: fc.record({ type: fc.constant('newFile' as const), text, language: text }),
  draft: fc.record(
    { type: fc.constant('draft' as const), draft, conversation: text },
    { requiredKeys: ['type', 'draft'] },
  ),
  viewError: fc.record({ type: fc.constant('viewError' as const), message: text }),
};
const message: fc.Arbitrary<ViewToHost> = fc.oneof(...Object.values(messages));

/** The same message with one part of it replaced by anything. */
const spoiled = fc.tuple(message, fc.anything(), fc.nat()).map(([good, bad, at]) => {
  const copy = plain(good) as Record<string, unknown>;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  const place = places[at % places.length]!;
  place[0][place[1]] = bad;
  return copy;
});

describe('parseViewMessage', function () {
  this.timeout(propertyTimeout);

  it('gives every message of the protocol back as it is', () => {
    fc.assert(
      fc.property(message, (good) => {
        const parsed = parseViewMessage(good);
        assert.ok(parsed.ok);
        assert.deepEqual(parsed.message, plain(good));
      }),
      runs(500),
    );
  });

  it('never throws, whatever comes (T110)', () => {
    fc.assert(
      fc.property(fc.oneof(spoiled, fc.anything()), (anything) => {
        const parsed = parseViewMessage(anything);
        if (!parsed.ok) assert.match(parsed.problem, /\w/);
      }),
      runs(2_000),
    );
  });

  it('does not throw on a value whose members throw', () => {
    const trap = new Proxy(
      {},
      {
        get(): never {
          throw new Error('trap');
        },
      },
    );
    assert.deepEqual(parseViewMessage(trap), { ok: false, problem: 'unreadable message' });
  });

  const bad: readonly (readonly [string, unknown])[] = [
    ['no object', 'ready'],
    ['null', null],
    ['a list', []],
    ['an unknown type', { type: 'format-disk' }],
    ['a missing cursor', { type: 'ready' }],
    ['a cursor without turns', { type: 'ready', cursor: { conversation: 'c' } }],
    [
      'a revision below -1',
      { type: 'ready', cursor: { conversation: 'c', turns: { t: { revision: -2, seen: [] } } } },
    ],
    [
      'a length that is no number',
      { type: 'ready', cursor: { conversation: 'c', turns: { t: { revision: 1, seen: ['1'] } } } },
    ],
    ['a fraction', { type: 'painted', seq: 1.5 }],
    ['a negative number', { type: 'painted', seq: -1 }],
    ['NaN', { type: 'painted', seq: Number.NaN }],
    ['an unknown command', { type: 'run', command: 'workbench.action.quit' }],
    ['a command of the prototype', { type: 'run', command: 'constructor' }],
    ['a link that is no text', { type: 'openLink', href: { toString: () => 'https://a' } }],
    ['a turn that is a number', { type: 'stop', turn: 7 }],
    ['a draft without attachments', { type: 'draft', draft: { text: 'a' } }],
    [
      'an attachment of an unknown kind',
      {
        type: 'draft',
        draft: { text: '', attachments: [{ attachment: { kind: 'file' }, content: '' }] },
      },
    ],
    [
      'bytes that are a list of numbers',
      { type: 'attachFile', id: 1, file: { name: 'a', uri: '', data: [1, 2] } },
    ],
    ['an unknown decision', { type: 'decideTool', turn: 't', call: 'c', decision: 'always' }],
    ['a mode that does not exist', { type: 'setToolMode', conversation: 'c', mode: 'yolo' }],
    ['an answer that is neither', { type: 'goOn', turn: 't', goesOn: 'yes' }],
    ['too long a link', { type: 'openLink', href: 'h'.repeat(10_000) }],
    ['too long a text', { type: 'copy', text: 'c'.repeat(8_000_001) }],
  ];
  for (const [name, value] of bad) {
    it(`refuses ${name}`, () => assert.equal(parseViewMessage(value).ok, false));
  }

  it('says what is wrong without quoting content', () => {
    const parsed = parseViewMessage({ type: 'draft', draft: { text: 'secret words' } });
    assert.ok(!parsed.ok);
    assert.doesNotMatch(parsed.problem, /secret/);
  });

  it('leaves out members that the protocol does not have', () => {
    assert.deepEqual(parseViewMessage({ type: 'painted', seq: 1, agoMs: [2.5], extra: 'x' }), {
      ok: true,
      message: { type: 'painted', seq: 1, agoMs: [2.5] },
    });
  });

  it('cuts a long report of an error', () => {
    const parsed = parseViewMessage({ type: 'viewError', message: 'e'.repeat(100_000) });
    assert.ok(parsed.ok && parsed.message.type === 'viewError');
    assert.ok(parsed.message.message.length < 10_000);
  });

  it('reads a kept draft, and nothing else as one (T114)', () => {
    fc.assert(
      fc.property(draft, (good) => assert.deepEqual(parseDraft(good), plain(good))),
      runs(100),
    );
    for (const other of [undefined, null, 'text', {}, { text: 1, attachments: [] }]) {
      assert.equal(parseDraft(other), undefined);
    }
  });
});

/** With ordinary prototypes, as a message arrives. */
function plain(value: unknown): unknown {
  return structuredClone(value);
}
