import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json';
import {
  parseRecording,
  RecordingError,
  recordingLines,
  serverSentEvents,
} from '../../src/core/recording';
import { Replay } from '../../src/core/replay';
import { ReplayClock } from '../../src/core/replayClock';
import { StreamMeter } from '../../src/core/streamFigures';
import { StreamInspection } from '../../src/core/streamInspection';
import { TurnDocument } from '../../src/core/turnDocument';
import { TurnPlayer } from '../../src/core/turnPlayer';
import type { TurnRecording, WireRecord } from '../../src/core/wireRecord';
import { WireRecorder } from '../../src/core/wireRecorder';
import { redact } from '../../src/host/redact';
import { textAnswer } from '../server/scenario';
import { ManualClock } from './manualClock';
import { askingLimits } from './retryLimits';
import { key, recordedTurn } from './recordedTurn';
import { SilentLogger } from './silentLogger';

const cutAnswer = textAnswer('The river rises in the hills and runs to the sea, slowly.', {
  deltaSize: 6,
  fault: { kind: 'reset', afterDeltas: 4 },
});
const restOfAnswer = textAnswer('the hills and runs to the sea, slowly.', { deltaSize: 6 });

function fileOf(recording: TurnRecording): string {
  const head = { savedAt: 1, versions: { caudal: '0.1.0' } };
  return [...recordingLines({ head, turns: [recording] }, redact)].join('\n');
}

async function replayed(records: readonly WireRecord[]): Promise<StreamInspection> {
  const inspection = new StreamInspection('turn-1');
  await inspection.append(records);
  return inspection;
}

/** What a replay must bring again, ids and states included; not the times of day. */
function contentOf(turn: TurnDocument): unknown {
  return {
    status: turn.status.kind,
    blocks: turn.blocks.map(({ id, attempt, head, state, text, signature }) => ({
      id,
      attempt,
      head,
      state,
      signature,
      text: text.toString(),
    })),
    seams: turn.meta.seams,
    usage: turn.meta.usage,
    attempts: turn.meta.attempts,
  };
}

describe('A recording', () => {
  let taken: Awaited<ReturnType<typeof recordedTurn>>;

  before(async function () {
    this.timeout(30_000);
    taken = await recordedTurn(cutAnswer, restOfAnswer);
  });

  it('has every attempt: what was sent, every event, where it was cut', () => {
    const kinds = taken.recording.records.map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => kind !== 'event'),
      ['run', 'request', 'sent', 'headers', 'cut', 'request', 'sent', 'headers', 'end'],
    );
    const times = taken.recording.records.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
  });

  it('never holds the key', () => {
    const sent = taken.recording.records.find((record) => record.kind === 'sent');
    assert.ok(sent);
    assert.equal(sent.headers['x-api-key'], '‹redacted›');
    assert.match(sent.url, /\/v1\/messages$/);
    assert.ok(!JSON.stringify(taken.recording).includes(key));
  });

  it('replays into the very same document, seam and all', async () => {
    assert.equal(taken.turn.status.kind, 'complete');
    assert.equal(taken.turn.meta.attempts, 2);
    const { turn } = await replayed(parseRecording(fileOf(taken.recording)).turns[0]!.records);
    assert.deepEqual(contentOf(turn), contentOf(taken.turn));
  });

  it('replays an answer that was stopped, failed, or asked for in vain', async function () {
    this.timeout(30_000);
    const failed = await recordedTurn({ fault: { kind: 'http', status: 401 } });
    const { turn } = await replayed(failed.recording.records);
    assert.deepEqual(contentOf(turn), contentOf(failed.turn));
    const stopped = taken.recording.records.slice(0, 8);
    const end: WireRecord = { kind: 'end', atMs: 1e6, status: { kind: 'stopped' } };
    const again = await replayed([...stopped, end]);
    assert.equal(again.turn.status.kind, 'stopped');
    assert.ok(again.turn.blocks.every(({ state }) => state === 'cut'));
  });

  it('shows the turn at each event, and what the event changed', async () => {
    const inspection = await replayed(taken.recording.records);
    let grown = '';
    inspection.records.forEach((record, index) => {
      const moment = inspection.at(index);
      for (const { text, newFrom } of moment.blocks) {
        if (newFrom < text.length) {
          assert.equal(record.kind, 'event');
          grown += text.slice(newFrom);
        }
      }
    });
    assert.equal(grown, taken.turn.answerText());
    const cut = inspection.records.findIndex(({ kind }) => kind === 'cut');
    assert.equal(inspection.at(cut).status.kind, 'waiting');
    assert.equal(inspection.at(cut).statusChanged, true);
  });

  it('plays what has lost its beginning, and what makes no sense', async () => {
    for (let from = 0; from < taken.recording.records.length; from++) {
      await replayed(taken.recording.records.slice(from));
    }
    await replayed([...taken.recording.records].reverse());
  });

  it('stops in mid-replay with what it has, and at its very beginning', async () => {
    const { records } = taken.recording;
    for (const steps of [0, 5]) {
      const clock = new ManualClock();
      const turn = new TurnDocument({ id: 'turn-1', role: 'assistant', createdAt: 0 }, clock);
      const player = new TurnPlayer(turn, new ReplayClock(0), new SilentLogger());
      const replay = new Replay(records, player, clock);
      for (let step = 0; step < steps; step++) {
        replay.play('step');
        while (!replay.isPaused) await new Promise(setImmediate);
      }
      const shown = turn.answerText();
      replay.stop();
      replay.play('once');
      while (!replay.isPaused) await new Promise(setImmediate);
      assert.equal(turn.status.kind, 'stopped');
      assert.equal(turn.answerText(), shown);
      assert.equal(replay.isOver, true);
      replay.dispose();
      assert.equal(clock.pendingTimers, 0);
    }
  });

  it('can be read again line by line, and as server-sent events', () => {
    const text = fileOf(taken.recording);
    const { turns, head } = parseRecording(text);
    assert.deepEqual(head, { savedAt: 1, versions: { caudal: '0.1.0' } });
    assert.deepEqual(turns[0]?.records, JSON.parse(JSON.stringify(taken.recording.records)));
    const sse = [...serverSentEvents(taken.recording, redact)].join('');
    assert.match(sse, /^: attempt 1, HTTP 200\n\nevent: message_start\ndata: \{/);
    assert.match(sse, /: attempt 1 cut, network\n\n: attempt 2, HTTP 200/);
  });

  it('masks what looks like a credential, and stays JSON', () => {
    const token = ['sk', 'ant', 'abcdefghijk'].join('-');
    const data = JSON.stringify({ type: 'x', text: `https://a", "${token} b@c` });
    const record: WireRecord = { kind: 'event', attempt: 1, atMs: 0, event: null, data };
    const text = fileOf({ turn: 't', lost: 0, records: [record] });
    assert.ok(!text.includes(token));
    const read = parseRecording(text).turns[0]?.records[0];
    assert.ok(read?.kind === 'event' && (JSON.parse(read.data) as JsonObject)['type'] === 'x');
  });

  it('is refused where it is none, too new or damaged; a torn last line is passed over', () => {
    const text = fileOf(taken.recording);
    const problemOf = (content: string): unknown => {
      try {
        parseRecording(content);
      } catch (error) {
        return error instanceof RecordingError ? [error.problem, error.line] : error;
      }
      return undefined;
    };
    assert.deepEqual(problemOf('hello'), ['not-a-recording', 1]);
    assert.deepEqual(problemOf('{"caudalRecording":99}'), ['newer-version', 1]);
    const lines = text.split('\n');
    lines[3] = '{"turn":"turn-1","kind":"event","atMs":-1}';
    assert.deepEqual(problemOf(lines.join('\n')), ['damaged', 4]);
    const torn = text.slice(0, -20);
    assert.equal(parseRecording(torn).turns[0]?.records.length, taken.recording.records.length - 1);
    assert.equal(problemOf(`${text}\n{"turn":"t","kind":"from-the-future","atMs":1}`), undefined);
  });
});

describe('WireRecorder', () => {
  const event = (data: string): Parameters<WireRecorder['record']>[1] => ({
    kind: 'event',
    attempt: 1,
    event: null,
    data,
  });
  const run = {
    kind: 'run',
    start: 'anew',
    limits: askingLimits,
    wallMs: 0,
  } as const;

  it('lets the oldest turns go, and of a single one its oldest events', () => {
    const recorder = new WireRecorder(new ManualClock(), 10_000);
    recorder.record('a', run);
    for (let i = 0; i < 20; i++) recorder.record('a', event('x'.repeat(100)));
    recorder.record('b', run);
    for (let i = 0; i < 20; i++) recorder.record('b', event('x'.repeat(200)));
    assert.ok(recorder.turn('a'));
    for (let i = 0; i < 200; i++) recorder.record('b', event('x'.repeat(200)));
    assert.equal(recorder.turn('a'), undefined);
    const { records, lost } = recorder.turn('b')!;
    assert.equal(records.length + lost, 221);
    assert.equal(records[0]?.kind, 'run');
    assert.ok(records.length * 264 <= 10_000);
  });

  it('knows nothing of turns that did not run here', () => {
    const recorder = new WireRecorder(new ManualClock());
    recorder.record('a', event('x'));
    recorder.painted(['a'], 0, 0);
    assert.deepEqual(recorder.turns, []);
  });
});

describe('StreamMeter', () => {
  const delta = (text: string): string =>
    JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
  const event = (atMs: number, data: string): WireRecord => ({
    kind: 'event',
    attempt: 1,
    event: null,
    atMs,
    data,
  });

  it('measures a stream: first token, gaps, stalls, speed and view lag', () => {
    const meter = new StreamMeter();
    const request = { model: 'm', max_tokens: 1, messages: [] };
    for (const record of [
      { kind: 'request', attempt: 1, atMs: 0, request },
      { kind: 'headers', attempt: 1, atMs: 300, status: 200, requestId: null, headers: {} },
      event(400, '{"type":"message_start","message":{}}'),
      event(500, delta('four')),
      event(600, delta('fourfour')),
      { kind: 'painted', atMs: 660, postedMs: 605, paintedMs: 620 },
      event(610, '{"type":"ping"}'),
      event(3_600, delta('four')),
      { kind: 'painted', atMs: 3_680, postedMs: 3_601, paintedMs: 3_630 },
      { kind: 'cut', attempt: 1, atMs: 3_700, fault: { kind: 'truncated', requestId: null } },
    ] satisfies WireRecord[]) {
      meter.add(record);
    }
    const figures = meter.figures;
    assert.equal(figures.headersMs, 300);
    assert.equal(figures.firstEventMs, 400);
    assert.equal(figures.firstTokenMs, 500);
    assert.equal(figures.events, 5);
    assert.equal(figures.pings, 1);
    assert.deepEqual(figures.gaps, { median: 100, p95: 2_990, longest: 2_990 });
    assert.deepEqual(figures.stalls, [{ fromMs: 610, toMs: 3_600 }]);
    assert.deepEqual(figures.viewLag, { median: 120, p95: 120, longest: 120 });
    assert.ok(Math.abs(figures.tokensPerSecond! - 3 / 3.1) < 1e-9);
    assert.deepEqual(figures.attempts, [
      { attempt: 1, fromMs: 0, toMs: 3_700, headersMs: 300, isCut: true },
    ]);
    assert.deepEqual(
      meter.speeds(4, 4_000).map((speed) => Math.round(speed * 10)),
      [30, 0, 0, 10],
    );
  });
});
