import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byteCuts, cutBytes, hostileStream, wellFormedStream } from './eventStreams';
import { checkProperty, propertySeed, propertyTimeout } from './propertyRuns';
import { assemble, contentOf, framesIn } from './turnPipeline';

describe(`TurnAssembler, from bytes to document (seed ${propertySeed})`, function () {
  this.timeout(propertyTimeout);

  it('gives the message that a well-formed stream was made of (T62, T80, T91, T92, T95, T110, T118)', async () => {
    await checkProperty(
      fc.asyncProperty(wellFormedStream, byteCuts, async ({ message, stream }, cuts) => {
        const { turn, assembler } = assemble(await framesIn(cutBytes(stream.bytes, cuts)));
        assert.deepEqual(
          turn.blocks.map(({ head, raw, text, signature, citations, unknownDeltas }) => ({
            head,
            raw,
            text: text.toString(),
            signature,
            citations,
            unknownDeltas,
          })),
          message.blocks,
        );
        assert.ok(turn.blocks.every((block) => block.state === 'closed'));
        assert.equal(assembler.isComplete, true);
        assert.equal(assembler.stopReason, message.stopReason);
        assert.equal(assembler.usage.output, message.outputTokens);
        assert.equal(turn.meta.messageId, message.id);
        assert.equal(turn.meta.model, message.model);
      }),
      300,
    );
  });

  it('never throws and gives the same document for any splitting of any bytes (T62, T80, T95, T110)', async () => {
    await checkProperty(
      fc.asyncProperty(hostileStream, byteCuts, async (stream, cuts) => {
        const frames = await framesIn(cutBytes(stream.bytes, cuts));
        assert.deepEqual(frames, stream.frames);
        assert.deepEqual(
          contentOf(assemble(frames).turn),
          contentOf(assemble(await framesIn([stream.bytes])).turn),
        );
      }),
      300,
    );
  });

  it('keeps what JSON can carry: nothing in the document is too deep to store or to post', async () => {
    await checkProperty(
      fc.asyncProperty(hostileStream, (stream) => {
        const { turn } = assemble(stream.frames);
        assert.doesNotThrow(() => structuredClone(contentOf(turn)));
        assert.doesNotThrow(() => JSON.stringify(contentOf(turn)));
        return Promise.resolve();
      }),
      100,
    );
  });

  it('gives every block an end, once, and drops nothing of a whole message', async () => {
    await checkProperty(
      fc.asyncProperty(hostileStream, (stream) => {
        const { turn, assembler } = assemble(stream.frames);
        assert.ok(turn.blocks.every((block) => block.state !== 'open'));
        assert.ok(turn.blocks.every((block, i) => block.id === i));
        if (assembler.isComplete) {
          const whole = contentOf(turn);
          for (const frame of stream.frames) assembler.push({ type: 'unknown', name: frame.data });
          assembler.push({ type: 'message_start', message: { id: 'another' } });
          assert.deepEqual(contentOf(turn), whole);
        }
        return Promise.resolve();
      }),
      100,
    );
  });
});
