import { toolCall, type ScriptedBlock } from '../server/scenario';
import { textPieces } from '../server/textPieces';
import type { SeededRandom } from './seededRandom';

const words = [
  'stream',
  'cursor',
  'delta',
  'größer',
  'naïve',
  '更大',
  '流れ',
  'данные',
  'socket',
  'retry',
  'whole',
  'signature',
  'window',
  '🙂',
  '👩‍👩‍👧',
  'offset',
  'journal',
  'answer',
  'backoff',
  'é',
  'pressure',
  'frame',
  'token',
  'kept',
];

/** An answer of prose, lists and code, thinking before it perhaps, and a call at its end perhaps. */
export function randomAnswer(random: SeededRandom): ScriptedBlock[] {
  const blocks: ScriptedBlock[] = [];
  if (random.chance(0.6)) blocks.push({ type: 'thinking', text: prose(random, 1) });
  const parts = Array.from({ length: random.integer(1, 6) }, () => part(random));
  blocks.push({ type: 'text', text: parts.join('\n\n') });
  if (random.chance(0.2)) {
    const json = JSON.stringify({ path: prose(random, 1), lines: [1, 2, 3] });
    blocks.push(toolCall(`toolu_${random.integer(0, 1e9)}`, 'read_file', ...textPieces(json, 9)));
  }
  return blocks;
}

function part(random: SeededRandom): string {
  const lines = Array.from({ length: random.integer(1, 5) }, () => prose(random, 1));
  switch (random.integer(0, 3)) {
    case 0:
      return prose(random, random.integer(1, 6));
    case 1:
      return lines.map((line) => `- ${line}`).join('\n');
    case 2:
      return `\`\`\`ts\n${lines.map((line, i) => `  const v${random.integer(0, 1e6)} = ${i}; // ${line}`).join('\n')}\n\`\`\``;
    default:
      return `## ${prose(random, 1)}\n\n${prose(random, 2)}`;
  }
}

/** Sentences in which no run of words comes twice: what is a repetition can be told. */
function prose(random: SeededRandom, sentences: number): string {
  return Array.from({ length: sentences }, () => {
    const length = random.integer(3, 14);
    const list = Array.from({ length }, () => `${random.pick(words)}${random.integer(0, 1e6)}`);
    return `${list.join(' ')}.`;
  }).join(' ');
}
