import { Stream } from '@anthropic-ai/sdk/core/streaming';
import type { SseFrame } from '../../src/core/sseFrame';
import { TurnAssembler } from '../../src/core/turnAssembler';
import { TurnDocument } from '../../src/core/turnDocument';
import { decodeWireEvent } from '../../src/core/wireEvent';
import { ManualClock } from './manualClock';
import { SilentLogger } from './silentLogger';

/** The frames in a body that arrives in these pieces, through the decoder that the product uses. */
export async function framesIn(chunks: readonly Uint8Array[]): Promise<SseFrame[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // `enqueue` refuses empty pieces of a byte stream only; an ordinary one passes them on.
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const frames: SseFrame[] = [];
  for await (const { event, data } of Stream.rawEvents(new Response(body))) {
    frames.push({ event, data });
  }
  return frames;
}

export interface AssembledTurn {
  readonly turn: TurnDocument;
  readonly assembler: TurnAssembler;
  readonly log: SilentLogger;
}

export function newTurn(clock = new ManualClock(), id = 'turn-1'): TurnDocument {
  return new TurnDocument({ id, role: 'assistant', createdAt: 0 }, clock);
}

/** One attempt of one turn, pushed event by event; then what was left open is cut, as its controller does. */
export function assemble(frames: readonly SseFrame[]): AssembledTurn {
  const log = new SilentLogger();
  const turn = newTurn();
  const assembler = new TurnAssembler(turn, 1, log);
  for (const frame of frames) assembler.push(decodeWireEvent(frame));
  assembler.cutOpenBlocks();
  return { turn, assembler, log };
}

/** Everything a document holds, in plain values that can be compared. */
export function contentOf(turn: TurnDocument): unknown {
  return {
    revision: turn.revision,
    status: turn.status,
    meta: turn.meta,
    blocks: turn.blocks.map((block) => ({ ...block, text: block.text.toString() })),
  };
}
