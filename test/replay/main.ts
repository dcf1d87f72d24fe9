import { readFile } from 'node:fs/promises';
import { parseRecording } from '../../src/core/recording';
import { StreamInspection } from '../../src/core/streamInspection';

/** `npm run replay -- file`: prints the message of every turn in a recording, as it is assembled from its events. */
async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('Which file? npm run replay -- recording.jsonl');
  for (const { turn, records } of parseRecording(await readFile(file, 'utf8')).turns) {
    const inspection = new StreamInspection(turn);
    await inspection.append(records);
    const { blocks, status, meta } = inspection.turn;
    const content = blocks
      .filter(({ state }) => state !== 'dropped')
      .map(({ head, state, text, signature }) => ({
        ...head,
        state,
        text: text.toString(),
        ...(signature === undefined ? {} : { signature }),
      }));
    console.log(JSON.stringify({ turn, status, meta, content }, null, 2));
    inspection.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
