import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeamJoiner } from '../../src/core/seam';

/** A cut of a document, what the server then answers, and what must come of the two. */
export interface SeamCase {
  readonly kept: string;
  readonly continuation: string;
  /** The document: kept text and continuation, nothing twice and nothing missing. */
  readonly whole: string;
  readonly unsentLength?: number;
  /** The text that the continuation says again; '' for none. */
  readonly repeated: string;
  /** The continuation as it is without what was put before it or changed in it, where something was. */
  readonly plain?: string;
}

/** The document that comes of a case, all of the continuation pushed at once. */
export function joinCase({ kept, continuation, unsentLength = 0 }: SeamCase): string {
  const joiner = new SeamJoiner(kept, { unsentLength });
  return kept + joiner.push(continuation) + joiner.end();
}

export interface CorpusDocument {
  readonly name: string;
  readonly text: string;
}

const folder = join(import.meta.dirname, '../fixtures/seam');

export const corpus: readonly CorpusDocument[] = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8').trimEnd() }));

/** Every offset at which a document can be cut without splitting a surrogate pair, both ends left out. */
export function cutOffsets(text: string): number[] {
  const offsets: number[] = [];
  for (let at = 1; at < text.length; at++) {
    if (!/[\uDC00-\uDFFF]/.test(text.charAt(at))) offsets.push(at);
  }
  return offsets;
}

const unspacedScript = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]/u;

/** Offsets at which words begin: after white space; at any character in scripts without spaces. */
export function wordStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const here = text.charAt(at);
    if (/\s/.test(here) || /[\p{M}\uDC00-\uDFFF]/u.test(here)) continue;
    const isLetterThere = unspacedScript.test(here) && /\p{L}/u.test(here);
    if (at === 0 || /\s/.test(text.charAt(at - 1)) || isLetterThere) starts.push(at);
  }
  return starts;
}

/** Where the last `count` words of the text begin; all of it where it has fewer. */
export function lastWordsStart(starts: readonly number[], cut: number, count: number): number {
  if (count === 0) return cut;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < cut) low = middle + 1;
    else high = middle;
  }
  return starts[Math.max(0, low - count)] ?? 0;
}

/** Whether so much is said that nobody would say it again by chance: three different words, eight letters or so. */
export function isTelling(text: string): boolean {
  const words = new Set<string>();
  let letters = 0;
  for (const [run] of text.replace(/[\uFE0F\u20E3]/g, '').matchAll(/[\p{L}\p{M}\p{N}_\u200C]+/gu)) {
    if (unspacedScript.test(run)) {
      for (const character of run) {
        words.add(character);
        letters += /\p{scx=Thai}/u.test(character) ? 1 : 2;
      }
    } else {
      words.add(run.toLowerCase());
      letters += run.length;
    }
  }
  return words.size >= 3 && (letters >= 8 || text.replace(/\s/g, '').length >= 12);
}

function solid(text: string): string {
  return text.replace(/\s/g, '');
}

/**
 * Whether the kept text and the continuation alone cannot say which document they come from: the document itself says
 * the repeated words twice in a row at the cut, or another telling repetition would explain the same continuation.
 */
export function isAmbiguous(seam: SeamCase): boolean {
  const { kept, whole, repeated } = seam;
  const again = solid(repeated);
  const before = solid(kept);
  const after = solid(whole.slice(kept.length, kept.length + 4 * repeated.length + 200));
  if (again !== '') {
    const turn = before + after;
    const end = before.length;
    let left = end - again.length;
    while (left > 0 && turn[left - 1] === turn[left - 1 + again.length]) left--;
    let right = end;
    while (right < turn.length && turn[right] === turn[right - again.length]) right++;
    if (right - left >= 2 * again.length) return true;
  }
  const came = solid((seam.plain ?? seam.continuation).slice(0, 4_000));
  return Array.from({ length: kept.length }, (_, start) => start).some((start) => {
    const isStart = start === 0 || !/[\p{L}\p{N}]$/u.test(kept.slice(start - 1, start));
    if (!isStart && !unspacedScript.test(kept.charAt(start))) return false;
    if (kept.charAt(start) !== came.charAt(0)) return false;
    const text = kept.slice(start);
    const said = solid(text);
    return said !== again && came.startsWith(said) && isTelling(text);
  });
}

export interface Rewriting {
  readonly name: string;
  readonly rewrite: (repeated: string) => string;
}

/** Ways in which a model writes the white space of what it repeats anew. */
export const rewritings: readonly Rewriting[] = [
  { name: 'collapsed', rewrite: (text) => onInner(text, (inner) => inner.replace(/\s+/g, ' ')) },
  { name: 'line by line', rewrite: (text) => onInner(text, (inner) => inner.replace(/ /g, '\n')) },
  {
    name: 'not indented',
    rewrite: (text) => onInner(text, (inner) => inner.replace(/\n[ \t]+/g, '\n')),
  },
  {
    name: 'indented',
    rewrite: (text) => onInner(text, (inner) => inner.replace(/\n/g, '\n    ')),
  },
  {
    name: 'carriage returns, spaces at ends',
    rewrite: (text) => onInner(text, (inner) => inner.replace(/\n/g, '  \r\n')),
  },
  {
    name: 'tabs and empty lines',
    rewrite: (text) =>
      onInner(text, (inner) => inner.replace(/\n/g, '\n\n').replace(/ {2}/g, '\t')),
  },
];

/** White space at the cut itself is the document's own: only what lies between words is written anew. */
function onInner(text: string, rewrite: (inner: string) => string): string {
  const inner = text.trimEnd();
  return rewrite(inner) + text.slice(inner.length);
}

export const restartKinds = ['sentence', 'line', 'paragraph', 'code block'] as const;
export type RestartKind = (typeof restartKinds)[number];

/** Where a model that begins the current sentence (line, …) anew begins; undefined where the cut is in none. */
export function restartAt(kind: RestartKind, text: string, cut: number): number | undefined {
  const before = text.slice(0, cut);
  const fence = fenceAt(text, cut);
  switch (kind) {
    case 'sentence': {
      if (fence !== undefined) return undefined;
      const paragraph = before.lastIndexOf('\n\n') + 2;
      const ends = [...before.slice(paragraph).matchAll(/[.!?]["”»)*]*\s+|[。！？]/g)];
      const end = ends.at(-1);
      const at = end === undefined ? undefined : paragraph + end.index + end[0].length;
      return at === undefined || at >= cut ? undefined : at;
    }
    case 'line': {
      const line = before.lastIndexOf('\n') + 1;
      return line >= cut ? undefined : line;
    }
    case 'paragraph': {
      const paragraph = before.lastIndexOf('\n\n') + 2;
      return paragraph >= cut || paragraph < 2 ? undefined : paragraph;
    }
    case 'code block':
      return fence?.start;
  }
}

export interface FenceAround {
  /** Where the line begins that opens the block. */
  readonly start: number;
  /** That line without its indentation. */
  readonly line: string;
}

/** The fenced block that is open at the cut. */
export function fenceAt(text: string, cut: number): FenceAround | undefined {
  let open: FenceAround | undefined;
  let at = 0;
  for (const line of text.slice(0, cut).split('\n').slice(0, -1)) {
    const [, marker] = /^\s*(`{3,}|~{3,})/.exec(line) ?? [];
    if (marker !== undefined) {
      if (open === undefined) open = { start: at, line: line.trim() };
      else if (line.trim() === /^[`~]+/.exec(open.line)?.[0]) open = undefined;
    }
    at += line.length + 1;
  }
  return open;
}

/** What models say before they go on. */
export const preambles = [
  'Continuing from where I left off:',
  'Continuing…',
  "Sure, I'll continue from where I left off.",
  "Sure! Here's the rest of the response:",
  'Certainly, continuing the code where it was cut off:',
  'Apologies for the interruption. Continuing exactly where I left off:',
  "I'll pick up right where I left off.",
  '*(continuing from where I left off)*',
  '[Continued]',
  '**Continuing:**',
  'Here is the continuation:',
  'Claro, continúo desde donde lo dejé:',
  'Aquí tienes el resto de la respuesta:',
  "Bien sûr, je reprends là où je m'étais arrêté :",
  'Voici la suite :',
  'Natürlich, hier ist die Fortsetzung:',
  'Ich mache weiter, wo ich aufgehört habe:',
  'Claro, continuando de onde parei:',
  'Certo, riprendo da dove mi ero interrotto:',
  'Конечно, продолжаю с того места, где остановился:',
  '好的，从中断的地方继续：',
  '接上文：',
  'はい、続きです。',
  '네, 이어서 계속하겠습니다.',
] as const;
