import type { WireRecord } from '../core/wireRecord';
import type { InspectorStrings } from './inspectorStrings';

/** Raised with every change that an older page would misread. */
export const inspectorVersion = 1;

/** Put into the page as JSON: what the inspector needs before the first message. */
export interface InspectorBoot {
  readonly version: number;
  /** BCP 47. */
  readonly locale: string;
  readonly strings: InspectorStrings;
}

export interface InspectedTurn {
  readonly id: string;
  /** The first words of its prompt. */
  readonly label: string;
}

export type HostToInspector =
  /** What there is to look at, and what to look at first; the page begins anew. */
  | {
      readonly type: 'source';
      /** The file's name; null: the turns of this window, live. */
      readonly file: string | null;
      readonly turns: readonly InspectedTurn[];
      readonly turn: string | null;
      readonly lost: number;
    }
  /** Answers `next`. */
  | {
      readonly type: 'records';
      readonly turn: string;
      readonly from: number;
      readonly records: readonly WireRecord[];
    }
  /** Where the replay is, in records; null: there is none. */
  | { readonly type: 'replay'; readonly position: number | null; readonly isPaused: boolean };

export const inspectorCommands = ['save', 'open', 'bugReport', 'pause'] as const;
export type InspectorCommand = (typeof inspectorCommands)[number];

export type InspectorToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'show'; readonly turn: string }
  /** The page has `from` records of the turn and takes more: answered as soon as there are any. */
  | { readonly type: 'next'; readonly turn: string; readonly from: number }
  | { readonly type: 'run'; readonly command: InspectorCommand }
  | { readonly type: 'replay'; readonly pace: 'real' | 'fast' | 'step' | 'once' }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'viewError'; readonly message: string };

/** Reads a message that came from the inspector's page; undefined where it is none. */
export function parseInspectorMessage(value: unknown): InspectorToHost | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, turn, from, command, pace, text, message } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return { type };
    case 'show':
      return typeof turn === 'string' ? { type, turn } : undefined;
    case 'next':
      return typeof turn === 'string' && Number.isSafeInteger(from) && Number(from) >= 0
        ? { type, turn, from: Number(from) }
        : undefined;
    case 'run': {
      const known = inspectorCommands.find((name) => name === command);
      return known === undefined ? undefined : { type, command: known };
    }
    case 'replay':
      return pace === 'real' || pace === 'fast' || pace === 'step' || pace === 'once'
        ? { type, pace }
        : undefined;
    case 'copy':
      return typeof text === 'string' ? { type, text } : undefined;
    case 'viewError':
      return typeof message === 'string' ? { type, message: message.slice(0, 500) } : undefined;
    default:
      return undefined;
  }
}
