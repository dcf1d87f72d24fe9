import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { BlockHead } from '../../src/core/contentBlock';
import { readTurn } from '../../src/core/readTurn';
import { TurnAssembler } from '../../src/core/turnAssembler';
import type { TurnDocument } from '../../src/core/turnDocument';
import { TurnMirror } from '../../src/core/turnMirror';
import { startOfTurn, type TurnCursor, type TurnPatch } from '../../src/core/turnPatch';
import { isTerminal, type TurnStatus } from '../../src/core/turnStatus';
import { decodeWireEvent } from '../../src/core/wireEvent';
import { hostileStream, wellFormedText } from './eventStreams';
import { ManualClock } from './manualClock';
import { checkProperty, propertySeed, propertyTimeout } from './propertyRuns';
import { SilentLogger } from './silentLogger';
import { newTurn } from './turnPipeline';

/** A change of the document, made when its turn comes. */
type Step = (turn: TurnDocument, clock: ManualClock) => void;

/** What a reader does, or what becomes of a patch on its way to it. */
interface Action {
  readonly kind: 'read' | 'deliver' | 'lose' | 'duplicate' | 'repeat' | 'ask again';
  readonly reader: number;
  readonly limit: number;
  readonly pick: number;
}

const limit = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 40 }),
  fc.constant(Number.POSITIVE_INFINITY),
);

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(
    ...(['read', 'read', 'read', 'deliver', 'deliver', 'deliver'] as const),
    ...(['lose', 'duplicate', 'repeat', 'ask again'] as const),
  ),
  reader: fc.nat(2),
  limit,
  pick: fc.nat(),
});

/** What readers do between one step and the next; those beyond the list do nothing. */
const actions = fc.array(fc.array(action, { maxLength: 6 }), { maxLength: 40 });

/** Reads a turn over a line that loses, repeats and reorders. */
class FarReader {
  readonly mirror: TurnMirror;
  readonly given: TurnPatch[] = [];
  private cursor: TurnCursor = startOfTurn;
  private readonly underWay: TurnPatch[] = [];
  private readonly arrived: TurnPatch[] = [];

  constructor(private readonly turn: TurnDocument) {
    this.mirror = new TurnMirror(turn.id, turn.role, turn.createdAt);
  }

  do({ kind, limit, pick }: Action): void {
    const patch = this.underWay[pick % this.underWay.length];
    switch (kind) {
      case 'read':
        return this.read(limit);
      case 'deliver':
        if (patch === undefined) return;
        this.underWay.splice(this.underWay.indexOf(patch), 1);
        this.arrived.push(patch);
        return this.apply(patch);
      case 'lose':
        if (patch !== undefined) this.underWay.splice(this.underWay.indexOf(patch), 1);
        return;
      case 'duplicate':
        if (patch !== undefined) this.underWay.push(patch);
        return;
      case 'repeat': {
        const old = this.arrived[pick % this.arrived.length];
        if (old !== undefined) this.apply(old);
        return;
      }
      case 'ask again':
        this.cursor = this.mirror.cursor;
        return;
    }
  }

  /** Reads on from what the mirror has until nothing is new. */
  finish(limit: number): void {
    let readings = 0;
    for (;;) {
      this.cursor = this.mirror.cursor;
      const reading = readTurn(this.turn, this.cursor, limit);
      if (reading === undefined) return;
      const units = this.turn.blocks.reduce((sum, block) => sum + block.text.length, 0);
      assert.ok(readings++ <= units + this.turn.blocks.length + 1, 'reading on gets nowhere');
      this.given.push(reading.patch);
      assert.notEqual(this.mirror.apply(overTheLine(reading.patch)), 'gap');
      this.check();
    }
  }

  private read(limit: number): void {
    const reading = readTurn(this.turn, this.cursor, limit);
    if (reading === undefined) return;
    const units = reading.patch.blocks.reduce((sum, { text }) => sum + text.length, 0);
    assert.equal(reading.size, units);
    assert.ok(units <= limit + 1, `${units} units where ${limit} were asked for`);
    this.cursor = reading.cursor;
    this.given.push(reading.patch);
    this.underWay.push(overTheLine(reading.patch));
  }

  private apply(patch: TurnPatch): void {
    const { revision } = this.mirror.cursor;
    const before = this.mirror.blocks.map(({ text, ...rest }) => ({
      ...rest,
      text: text.toString(),
    }));
    const changes = this.mirror.apply(patch);
    if (changes === 'gap') {
      this.cursor = this.mirror.cursor;
    } else {
      for (const { block, added, appended } of changes) {
        assert.equal(added, before[block.id] === undefined);
        assert.equal(block.text.toString(), (before[block.id]?.text ?? '') + appended);
      }
    }
    assert.ok(this.mirror.cursor.revision >= revision, 'the reader went back');
    before.forEach(({ state, closedMs }, id) => {
      if (state !== 'open') assert.notEqual(this.mirror.blocks[id]?.state, 'open');
      if (closedMs !== undefined) assert.equal(this.mirror.blocks[id]?.closedMs, closedMs);
    });
    this.check();
  }

  /** What holds at any moment, however far behind this reader is. */
  private check(): void {
    const { mirror, turn } = this;
    for (const [id, block] of mirror.blocks.entries()) {
      assert.equal(block.id, id);
      const original = turn.blocks[id]!;
      assert.ok(original.text.toString().startsWith(block.text.toString()));
      if (block.state === 'closed' || block.state === 'cut') {
        // What is finished stays as it is.
        assert.equal(block.text.toString(), original.text.toString());
      }
    }
    const ended =
      isTerminal(turn.status) && turn.blocks.every((b) => b.changedAt < turn.statusChangedAt);
    if (ended && isDeepStrictEqual(mirror.status, turn.status)) {
      // An end is never told before the last of the text.
      assert.deepEqual(visible(mirror).blocks, visible(turn).blocks);
    }
  }
}

/** As `postMessage` and sockets carry it: by value. */
function overTheLine(patch: TurnPatch): TurnPatch {
  return JSON.parse(JSON.stringify(patch)) as TurnPatch;
}

/** What a reader is owed: everything but the text of dropped blocks. */
function visible(turn: TurnDocument | TurnMirror): { blocks: unknown[]; rest: unknown } {
  return {
    blocks: turn.blocks.map(({ id, attempt, head, state, text, openedMs, closedMs }) => ({
      id,
      attempt,
      head,
      state,
      text: state === 'dropped' ? '' : text.toString(),
      openedMs,
      closedMs,
    })),
    rest: { status: turn.status, meta: turn.meta },
  };
}

/** Takes the steps one by one with the readers busy in between, ends the turn, and lets every reader catch up. */
function run(
  steps: readonly Step[],
  script: readonly (readonly Action[])[],
  lastLimit: number,
): void {
  const clock = new ManualClock();
  const turn = newTurn(clock);
  const readers = [new FarReader(turn), new FarReader(turn), new FarReader(turn)];
  [...steps, end].forEach((step, i) => {
    clock.advance(7);
    step(turn, clock);
    for (const action of script[i] ?? []) readers[action.reader]?.do(action);
  });
  const onePass = new TurnMirror(turn.id, turn.role, turn.createdAt);
  const reading = readTurn(turn, startOfTurn);
  if (reading !== undefined) onePass.apply(reading.patch);
  assert.deepEqual(visible(onePass), visible(turn));
  for (const reader of readers) {
    reader.finish(lastLimit);
    assert.deepEqual(visible(reader.mirror), visible(onePass));
    for (const patch of reader.given) assertWholePairs(turn, patch);
  }
}

/** No patch begins or ends between the halves of a surrogate pair. */
function assertWholePairs(turn: TurnDocument, patch: TurnPatch): void {
  for (const { id, at, text } of patch.blocks) {
    if (text === '') continue;
    const whole = turn.blocks[id]!.text.toString();
    assert.equal(whole.slice(at, at + text.length), text);
    for (const offset of [at, at + text.length]) {
      const splits = /^[\ud800-\udbff][\udc00-\udfff]$/.test(whole.slice(offset - 1, offset + 1));
      assert.ok(!splits, `a pair is split at ${offset}`);
    }
  }
}

const head = fc.constantFrom<BlockHead>(
  { kind: 'text' },
  { kind: 'thinking' },
  { kind: 'redacted_thinking' },
  { kind: 'tool_use', toolUseId: 't', name: 'n' },
  { kind: 'server_tool_result', toolUseId: 't', type: 'web_search_tool_result' },
  { kind: 'unknown', type: 'u' },
);

const status = fc.constantFrom<TurnStatus>(
  { kind: 'connecting', attempt: 1 },
  { kind: 'streaming', attempt: 2 },
  { kind: 'awaiting-approval', questions: [] },
  { kind: 'running-tools' },
);

/** Ends the turn, and can be told from every other end. */
const end: Step = (turn) =>
  turn.setStatus({ kind: 'complete', stopReason: `at revision ${turn.revision}` });

/** Halves of pairs come alone as often as whole ones, so that deltas end and begin inside characters. */
const piece = fc.oneof(wellFormedText, fc.constantFrom('\ud83d', '\ude00', '\ud83d\ude00', 'ab'));

/** Changes of a document in any order, also those no server can bring about. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(head, piece).map(
    ([blockHead, text]): Step =>
      (turn) =>
        turn.openBlock(1, { head: blockHead, text }),
  ),
  ...[0, 1, 2].map(() =>
    fc.tuple(fc.nat(), piece).map(
      ([n, text]): Step =>
        (turn) =>
          turn.append(n % (turn.blocks.length + 1), text),
    ),
  ),
  fc.tuple(fc.nat(), fc.constantFrom('closed' as const, 'cut' as const, 'dropped' as const)).map(
    ([n, state]): Step =>
      (turn) =>
        turn.endBlock(n % (turn.blocks.length + 1), state),
  ),
  fc.nat().map(
    (n): Step =>
      (turn) =>
        turn.setSignature(n % (turn.blocks.length + 1), 's'),
  ),
  fc.nat().map(
    (n): Step =>
      (turn) =>
        turn.updateMeta({ attempts: n }),
  ),
  fc.constant(end),
  status.map(
    (value): Step =>
      (turn) =>
        turn.setStatus(value),
  ),
);

describe(`readTurn and TurnMirror, any readers at any pace (seed ${propertySeed})`, function () {
  this.timeout(propertyTimeout);

  it('bring every reader to the document that one pass gives, whatever the stream (T56, T62, T80, T95, T110)', async () => {
    await checkProperty(
      fc.property(
        fc.array(hostileStream, { minLength: 1, maxLength: 2 }),
        actions,
        limit,
        (streams, script, last) => {
          const log = new SilentLogger();
          let assembler: TurnAssembler | undefined;
          const steps = streams.flatMap(({ frames }, attempt): Step[] => [
            (turn) => {
              // Trying again after an end: what there was is dropped.
              assembler?.dropBlocks();
              assembler = new TurnAssembler(turn, attempt + 1, log);
              turn.setStatus({ kind: 'streaming', attempt: attempt + 1 });
            },
            ...frames.map(
              (frame): Step =>
                () =>
                  assembler?.push(decodeWireEvent(frame)),
            ),
            () => assembler?.cutOpenBlocks(),
            end,
          ]);
          run(steps, script, last);
        },
      ),
      300,
    );
  });

  it('bring every reader to the document, whatever is done to it (T46, T79, T95)', async () => {
    await checkProperty(
      fc.property(fc.array(anyStep, { maxLength: 30 }), actions, limit, run),
      1_000,
    );
  });
});
