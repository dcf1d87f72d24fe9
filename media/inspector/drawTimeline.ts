import type { StreamFigures, StreamMeter } from '../../src/core/streamFigures';
import type { StreamInspection } from '../../src/core/streamInspection';
import type { InspectorStrings } from '../../src/protocol/inspectorStrings';
import { fillTemplate } from '../fillTemplate';
import type { Formats } from '../formats';
import type { Row } from './row';

/** Everything in px. */
const labelWidth = 76;
const rightMargin = 12;
const laneGap = 4;
const attemptHeight = 16;
const speedHeight = 56;
const laneHeight = 12;
const axisHeight = 18;
export const timelineHeight =
  6 + attemptHeight + speedHeight + 5 * laneHeight + 6 * laneGap + axisHeight;
/** Width of one bar of the speed. */
const barWidth = 5;
/** A duration of nothing would leave no room to draw in, in ms. */
const shortestMs = 50;

export interface TimelineContent {
  readonly inspection: StreamInspection;
  readonly meter: StreamMeter;
  readonly figures: StreamFigures;
  readonly rows: readonly Row[];
  readonly painted: readonly number[];
  readonly selectedMs: number | undefined;
  readonly replayMs: number | undefined;
  readonly width: number;
  readonly strings: InspectorStrings;
  readonly formats: Formats;
}

/** The time at this distance from the left edge, in ms. */
export function timeAt(x: number, width: number, endMs: number): number {
  const share = (x - labelWidth) / (width - labelWidth - rightMargin);
  return Math.max(0, Math.min(1, share)) * Math.max(endMs, shortestMs);
}

/** Draws attempts, speed, blocks, events and paintings over one axis of time, in the editor's colours. */
export function drawTimeline(canvas: HTMLCanvasElement, content: TimelineContent): void {
  const { width, figures, strings, meter, inspection } = content;
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(timelineHeight * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  const colours = themeColours();
  const endMs = Math.max(figures.endMs, shortestMs);
  const room = Math.max(1, width - labelWidth - rightMargin);
  const x = (ms: number): number => labelWidth + (ms / endMs) * room;
  const style = getComputedStyle(document.body);
  context.font = `11px ${style.fontFamily}`;
  context.textBaseline = 'middle';

  const label = (text: string, middle: number): void => {
    context.fillStyle = colours.muted;
    context.textAlign = 'right';
    context.fillText(text, labelWidth - 8, middle, labelWidth - 10);
  };
  const bar = (fromMs: number, toMs: number, top: number, height: number): void => {
    context.beginPath();
    context.roundRect(x(fromMs), top, Math.max(2, x(toMs) - x(fromMs)), height, 2);
    context.fill();
  };
  /** One line per pixel at most, however many there are. */
  const ticks = (times: Iterable<number>, top: number, height: number, colour: string): void => {
    context.fillStyle = colour;
    let last = -1;
    for (const ms of times) {
      const at = Math.round(x(ms));
      if (at === last) continue;
      last = at;
      context.fillRect(at, top, 1, height);
    }
  };

  const bottom = timelineHeight - axisHeight;
  drawAxis(context, content, { x, endMs, room, bottom, colours });
  for (const { fromMs, toMs } of figures.stalls) {
    context.globalAlpha = 0.18;
    context.fillStyle = colours.stall;
    context.fillRect(x(fromMs), 0, x(toMs) - x(fromMs), bottom);
    context.globalAlpha = 1;
  }

  let top = 6;
  label(strings.attempts, top + attemptHeight / 2);
  for (const { attempt, fromMs, toMs, headersMs, isCut } of figures.attempts) {
    const answeredMs = headersMs ?? toMs;
    context.fillStyle = isCut ? colours.error : colours.text;
    context.globalAlpha = 0.3;
    bar(fromMs, answeredMs, top, attemptHeight);
    context.globalAlpha = isCut ? 0.65 : 0.85;
    if (headersMs !== undefined) bar(answeredMs, toMs, top, attemptHeight);
    context.globalAlpha = 1;
    const name = fillTemplate(strings.attempt, String(attempt));
    if (x(toMs) - x(answeredMs) > context.measureText(name).width + 10) {
      context.fillStyle = colours.background;
      context.textAlign = 'left';
      context.fillText(name, x(answeredMs) + 6, top + attemptHeight / 2 + 1);
    }
    if (isCut) {
      context.fillStyle = colours.error;
      context.fillRect(x(toMs) - 1, top, 2, bottom - top);
    }
  }

  top += attemptHeight + laneGap;
  label(strings.laneSpeed, top + speedHeight / 2);
  const speeds = meter.speeds(Math.max(1, Math.floor(room / barWidth)), endMs);
  const fastest = Math.max(...speeds, 1);
  context.fillStyle = colours.text;
  speeds.forEach((speed, place) => {
    const height = (speed / fastest) * speedHeight;
    context.globalAlpha = 0.75;
    context.fillRect(
      labelWidth + (place / speeds.length) * room,
      top + speedHeight - height,
      barWidth - 1,
      height,
    );
  });
  context.globalAlpha = 1;

  top += speedHeight + laneGap;
  for (const lane of lanes(strings, colours)) {
    label(lane.name, top + laneHeight / 2);
    for (const block of inspection.turn.blocks) {
      if (!lane.kinds.includes(block.head.kind)) continue;
      const isDropped = block.state === 'dropped';
      context.fillStyle = lane.colour;
      context.globalAlpha = isDropped ? 0.3 : 0.9;
      bar(block.openedMs, block.closedMs ?? endMs, top + 1, laneHeight - 2);
      context.globalAlpha = 1;
    }
    top += laneHeight + laneGap;
  }
  label(strings.laneEvents, top + laneHeight / 2);
  const events = content.rows.filter(({ record }) => record.kind === 'event');
  ticks(times(events.filter(({ type }) => type !== 'ping')), top, laneHeight, colours.foreground);
  ticks(times(events.filter(({ type }) => type === 'ping')), top, laneHeight, colours.ping);
  top += laneHeight + laneGap;
  label(strings.lanePainted, top + laneHeight / 2);
  ticks(content.painted, top, laneHeight, colours.painted);

  for (const [ms, colour] of [
    [content.selectedMs, colours.focus],
    [content.replayMs, colours.painted],
  ] as const) {
    if (ms === undefined) continue;
    context.fillStyle = colour;
    context.fillRect(Math.round(x(ms)) - 0.5, 0, 1.5, bottom);
  }
}

interface Scale {
  readonly x: (ms: number) => number;
  readonly endMs: number;
  readonly room: number;
  readonly bottom: number;
  readonly colours: Colours;
}

function drawAxis(
  context: CanvasRenderingContext2D,
  { formats, figures, strings }: TimelineContent,
  { x, endMs, room, bottom, colours }: Scale,
): void {
  const step = axisStep(endMs, room / 90);
  context.textAlign = 'center';
  for (let ms = 0; ms <= endMs; ms += step) {
    context.fillStyle = colours.lines;
    context.fillRect(Math.round(x(ms)), 0, 1, bottom + 3);
    context.fillStyle = colours.muted;
    if (x(ms) < labelWidth + room - 12) {
      context.fillText(
        step < 1_000 ? formats.milliseconds(ms) : formats.duration(ms),
        x(ms),
        bottom + axisHeight / 2 + 2,
      );
    }
  }
  const marks = [
    [figures.headersMs, strings.toHeaders],
    [figures.firstTokenMs, strings.toFirstToken],
  ] as const;
  context.setLineDash([2, 3]);
  for (const [ms] of marks) {
    if (ms === undefined) continue;
    context.strokeStyle = colours.muted;
    context.beginPath();
    context.moveTo(x(ms), 0);
    context.lineTo(x(ms), bottom);
    context.stroke();
  }
  context.setLineDash([]);
}

/** 1, 2 or 5 times a power of ten, in ms, so that about `count` steps fit. */
function axisStep(endMs: number, count: number): number {
  const rough = endMs / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

function* times(rows: readonly Row[]): Generator<number> {
  for (const { record } of rows) yield record.atMs;
}

interface Lane {
  readonly name: string;
  readonly kinds: readonly string[];
  readonly colour: string;
}

function lanes(strings: InspectorStrings, colours: Colours): readonly Lane[] {
  return [
    {
      name: strings.thinking,
      kinds: ['thinking', 'redacted_thinking'],
      colour: colours.thinking,
    },
    { name: strings.text, kinds: ['text'], colour: colours.text },
    {
      name: fillTemplate(strings.tool, '').replace(/[:\s]+$/, ''),
      kinds: ['tool_use', 'server_tool_use', 'server_tool_result', 'unknown'],
      colour: colours.tool,
    },
  ];
}

type Colours = ReturnType<typeof themeColours>;

function themeColours(): Record<
  | 'foreground'
  | 'muted'
  | 'background'
  | 'lines'
  | 'text'
  | 'thinking'
  | 'tool'
  | 'error'
  | 'stall'
  | 'ping'
  | 'painted'
  | 'focus',
  string
> {
  const style = getComputedStyle(document.documentElement);
  const colour = (...names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find(Boolean) ?? '';
  return {
    foreground: colour('foreground'),
    muted: colour('descriptionForeground', 'foreground'),
    background: colour('editor-background'),
    lines: colour('editorIndentGuide-background1', 'editorWidget-border', 'contrastBorder'),
    text: colour('charts-blue', 'foreground'),
    thinking: colour('charts-purple', 'foreground'),
    tool: colour('charts-yellow', 'foreground'),
    error: colour('charts-red', 'errorForeground'),
    stall: colour('charts-yellow', 'foreground'),
    ping: colour('charts-yellow', 'foreground'),
    painted: colour('charts-green', 'foreground'),
    focus: colour('focusBorder', 'foreground'),
  };
}
