import assert from 'node:assert/strict';
import { textAnswer, thinkingAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

const markdown = `# Title

Some **bold** text with \`code\` and a [link](https://example.com).

- one
- two

| a | b |
| - | - |
| 1 | 2 |

\`\`\`ts
const answer = 42;
\`\`\`
`;

describe('An answer in the panel', () => {
  const test = drivenTest();

  it('shows its first text while the rest is still to come (T23, T29)', async () => {
    const { panel, server } = test;
    server.use(
      textAnswer('First words, then a long silence.', {
        deltaSize: 11,
        fault: { kind: 'stall', afterDeltas: 1 },
      }),
    );
    await panel.ask('Hello');
    await panel.waitForText('First words');
    assert.equal(await panel.lastStatus(), 'streaming');
    await panel.stopButton.click();
    await panel.waitForStatus('stopped');
  });

  it('is laid out as markdown, and copies as its source (T96)', async () => {
    const { panel, server, session } = test;
    server.use(textAnswer(markdown, { rate: 200 }));
    await panel.ask('Hello');
    await panel.waitForStatus('complete');
    const answer = panel.lastAnswer.locator('[data-testid=answer]');
    assert.equal(await answer.locator('h1').innerText(), 'Title');
    assert.equal(await answer.locator('li').count(), 2);
    assert.equal(await answer.locator('td').count(), 2);
    assert.equal(await answer.locator('strong').innerText(), 'bold');
    await answer.locator('.md-token-keyword', { hasText: 'const' }).waitFor();
    assert.equal(await session.clipboardAfter(() => panel.copyAnswer()), markdown);
    const copyCode = answer.getByRole('button', { name: 'Copy code' });
    assert.equal(
      (await session.clipboardAfter(() => copyCode.click())).trimEnd(),
      'const answer = 42;',
    );
  });

  it('keeps its figures: time to first token, rate, tokens and cost', async () => {
    const { panel, server } = test;
    server.use(
      textAnswer('A short answer. '.repeat(8), {
        rate: 10,
        usage: { input_tokens: 1200, output_tokens: 340 },
      }),
    );
    await panel.ask('Hello');
    await panel.waitForStatus('complete');
    const text = await panel.lastAnswer.innerText();
    for (const figure of [
      /to first token/,
      /tokens\/s/,
      // With what the prompt's tools took, which the server counts as written to its cache.
      /[\d.,\s]+k? in/,
      /340 out/,
      /\$0\.0\d/,
    ]) {
      assert.match(text, figure);
    }
  });

  it('shows thinking, with how long it took (T103)', async () => {
    const { panel, server } = test;
    server.use(thinkingAnswer('Let me see what was asked.', 'Done.', { rate: 50 }));
    await panel.ask('Think');
    await panel.waitForStatus('complete');
    const thinking = panel.lastAnswer.getByRole('button', { name: /Thought for/ });
    await thinking.waitFor();
    assert.doesNotMatch(await panel.answerText(), /Let me see/);
    await thinking.click();
    await panel.waitFor(
      async () => (await panel.lastAnswer.innerText()).includes('Let me see what was asked.'),
      'the thinking',
    );
  });

  it('continues the conversation with what was said before', async () => {
    const { panel, server } = test;
    server.use(thinkingAnswer('hm', 'One.'));
    await panel.ask('First');
    await panel.waitForStatus('complete');
    server.use(textAnswer('Two.'));
    await panel.ask('Second');
    await panel.waitForText('Two.');
    const { body } = server.messageRequests.at(-1)!;
    const roles = (body['messages'] as { role: string }[]).map(({ role }) => role);
    assert.deepEqual(roles, ['user', 'assistant', 'user']);
    await panel.waitForStatus('complete');
  });

  it('streams on in the chat left behind while a new one is asked (T45)', async () => {
    const { panel, server, session } = test;
    server.use(textAnswer('slow '.repeat(400), { rate: 60, deltaSize: 5 }));
    await panel.ask('The first chat');
    await panel.waitForText('slow');
    await session.runCommand('Caudal: New chat');
    await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
    server.use(textAnswer('Quick.'));
    await panel.ask('The second chat');
    await panel.waitForText('Quick.');
    await panel.waitForStatus('complete');
    const first = server.messageRequests.at(-2)!;
    assert.equal(first.hungUpAt, undefined);
    await session.page.keyboard.press('Escape');
    await server.until(() => first.completed || first.hungUpAt !== undefined);
    assert.equal(first.completed, true);
  });

  it('queues a prompt sent while another answer streams (T72)', async () => {
    const { panel, server } = test;
    server.queue(
      textAnswer('one '.repeat(30), { rate: 30, deltaSize: 4 }),
      textAnswer('The queued answer.'),
    );
    await panel.ask('First');
    await panel.waitForText('one');
    await panel.ask('Second');
    await panel.waitForText('The queued answer.');
    await panel.waitForStatus('complete');
    assert.equal(await panel.turns('assistant').count(), 2);
  });
});
