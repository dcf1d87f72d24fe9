/** A mark that tells how far a text has come on screen: `⟦12⟧`. */
export const markPattern = /⟦(\d+)⟧/g;

/** An answer to be streamed and measured. */
export interface MarkedText {
  readonly text: string;
  /** Offset after each mark, by its number. */
  readonly markEnds: readonly number[];
}

const sentences = [
  'Streams are read by **cursors**, and a cursor is a revision and a length for each block.',
  'Nothing that was appended is rewritten, so `readTurn` gives one slice of text.',
  'See [the design](https://example.com/design) for what follows from *that*.',
  'A slow reader costs nothing: its patches merge by themselves.',
  'Whoever shows, stores or forwards a turn is one more reader.',
];

const codeLines = [
  'export function append(text: string): void {',
  '  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);',
  '  if (length > limit) throw new RangeError(`${length} is too long`);',
  '  pieces.push(text); // the one place that grows',
  '}',
];

/** Markdown as answers have it: paragraphs, some lists and headings. */
export function prose(size: number): MarkedText {
  return marked(size, (n) => {
    const sentence = sentences[n % sentences.length] ?? '';
    if (n % 40 === 0) return `\n\n## Part ${n / 40}\n\n${sentence}`;
    if (n % 12 === 0) return `\n\n${sentence}`;
    return n % 40 > 30 ? `\n- ${sentence}` : ` ${sentence}`;
  });
}

/** One block of code; without a language nothing of it is highlighted. */
export function code(size: number, language: string): MarkedText {
  const body = marked(size, (n) => `\n${codeLines[n % codeLines.length] ?? ''} //`);
  const fence = `\`\`\`${language}`;
  return {
    text: `${fence}${body.text}\n\`\`\`\n`,
    markEnds: body.markEnds.map((end) => end + fence.length),
  };
}

/** A table of so many rows. */
export function table(rows: number): MarkedText {
  const head = '| reader | pace | after a break |\n| --- | --- | --- |';
  const body = marked(rows * 50, (n) => `\n| reader ${n} | a patch a frame | its cursor |`, rows);
  return { text: `${head}${body.text}`, markEnds: body.markEnds.map((end) => end + head.length) };
}

function marked(
  size: number,
  piece: (n: number) => string,
  most = Number.POSITIVE_INFINITY,
): MarkedText {
  const pieces: string[] = [];
  const markEnds: number[] = [];
  let length = 0;
  for (let n = 0; length < size && n < most; n++) {
    const next = piece(n);
    const isRow = next.endsWith('|');
    const text = isRow ? `${next.slice(0, -1)}⟦${n}⟧ |` : `${next} ⟦${n}⟧`;
    pieces.push(text);
    length += text.length;
    markEnds.push(isRow ? length - 2 : length);
  }
  return { text: pieces.join(''), markEnds };
}
