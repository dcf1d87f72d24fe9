import assert from 'node:assert/strict';
import { Connectivity } from '../../src/core/connectivity';
import { TurnController } from '../../src/core/turnController';
import { TurnDocument } from '../../src/core/turnDocument';
import type { TurnRecording } from '../../src/core/wireRecord';
import { WireRecorder } from '../../src/core/wireRecorder';
import { createTransport } from '../../src/node/anthropicTransport';
import { SystemClock } from '../../src/node/systemClock';
import { MessagesServer } from '../server/messagesServer';
import type { Scenario } from '../server/scenario';
import { askingLimits } from './retryLimits';
import { SilentLogger } from './silentLogger';

/** The key with which {@link recordedTurn} asks. */
export const key = 'a-very-secret-key-of-somebody';

/** One answer over a real socket, by the real SDK, taken down. */
export async function recordedTurn(
  ...scenarios: readonly Scenario[]
): Promise<{ turn: TurnDocument; recording: TurnRecording }> {
  const server = await MessagesServer.start({ apiKey: key });
  server.queue(...scenarios);
  const clock = new SystemClock();
  const log = new SilentLogger();
  const recorder = new WireRecorder(clock);
  const turn = new TurnDocument({ id: 'turn-1', role: 'assistant', createdAt: 0 }, clock);
  const transport = createTransport({
    apiKey: key,
    baseUrl: server.url,
    authStyle: 'x-api-key',
    clock,
    log,
  });
  const connectivity = new Connectivity({
    probe: () => Promise.resolve(true),
    clock,
    random: () => 0,
  });
  const controller = new TurnController(
    turn,
    () =>
      Promise.resolve({
        request: {
          model: 'claude-opus-5-5',
          max_tokens: 500,
          messages: [{ role: 'user', content: 'Tell me of the river' }],
        },
        withoutThinking: undefined,
      }),
    { ...askingLimits, resume: 'resume' },
    {
      transport: () => Promise.resolve(transport),
      clock,
      log,
      random: () => 0,
      connectivity,
      recorder,
    },
  );
  await controller.run();
  await server.close();
  const recording = recorder.turn(turn.id);
  assert.ok(recording);
  return { turn, recording };
}
