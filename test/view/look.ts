/**
 * Takes pictures of the view in its states, for looking at them:
 *   npx tsx test/view/look.ts <folder> [part of a name]
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { painted, takePageErrors, ViewPages, type ViewPageOptions } from './viewPages';

interface Picture extends ViewPageOptions {
  readonly name: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

const markdown = `## Where the time goes

The loop reads **one line at a time**, which is why a \`64 kB\` file needs 1,900 reads. Three ways out:

1. Read in blocks and split afterwards
2. Use the \`readline\` module, which does both
3. Map the file, if it is on a local disk

\`\`\`ts
for await (const line of createInterface({ input: createReadStream(path) })) {
  count += line.length;
}
\`\`\`

| way | time | memory |
| --- | ---: | ---: |
| line by line | 1.9 s | 2 MB |
| in blocks | 0.2 s | 3 MB |

See [the manual](https://nodejs.org/api/readline.html) for the rest.`;

async function ask(page: Page, text = 'Why is this loop so slow?', attach = false): Promise<void> {
  await page.evaluate(
    ({ text, attach }) => {
      const { conversation } = window.fakeHost;
      const attachments = attach
        ? [
            {
              attachment: {
                kind: 'selection' as const,
                path: 'src/reader/lineReader.ts',
                uri: 'file:///w/src/reader/lineReader.ts',
                languageId: 'typescript',
                startLine: 12,
                endLine: 30,
              },
              content: 'code',
            },
          ]
        : [];
      conversation.addUserTurn(`u${conversation.turns.length}`, { text, attachments });
    },
    { text, attach },
  );
}

async function answer(
  page: Page,
  given: { thinking?: string; text?: string; end?: boolean; cut?: boolean },
): Promise<void> {
  await page.evaluate((given) => {
    const { conversation } = window.fakeHost;
    const turn = conversation.addAssistantTurn(`a${conversation.turns.length}`);
    turn.markSent();
    turn.setStatus({ kind: 'streaming', attempt: 1 });
    if (given.thinking !== undefined) {
      const block = turn.openBlock(1, { head: { kind: 'thinking' } });
      turn.append(block, given.thinking);
      if (given.text !== undefined) turn.endBlock(block, 'closed');
    }
    turn.updateMeta({ firstTokenMs: 812 });
    if (given.text !== undefined) {
      const block = turn.openBlock(1, { head: { kind: 'text' } });
      turn.append(block, given.text);
      if (given.end === true) turn.endBlock(block, 'closed');
    }
    if (given.end === true) {
      turn.updateMeta({
        endedMs: 12_412,
        costUsd: 0.01234,
        usage: {
          input: 1_834,
          output: 967,
          cacheRead: 12_000,
          cacheWrite5m: 0,
          cacheWrite1h: 0,
          thinking: 0,
          webSearches: 0,
        },
      });
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    }
  }, given);
}

async function conversation(page: Page): Promise<void> {
  await ask(page, undefined, true);
  await answer(page, { thinking: 'The loop awaits each line.', text: markdown, end: true });
}

async function status(page: Page, status: unknown): Promise<void> {
  await page.evaluate((status) => {
    const { conversation } = window.fakeHost;
    const turn =
      conversation.turns.at(-1)?.role === 'assistant'
        ? conversation.turns.at(-1)!
        : conversation.addAssistantTurn(`a${conversation.turns.length}`);
    turn.setStatus(status as never);
  }, status);
}

const failure = {
  kind: 'bad-request',
  retryable: false,
  action: 'show-log',
  status: 400,
  serverMessage:
    'messages.1.content.0: thinking blocks cannot be modified. These blocks must remain as they were in the original response.',
  requestId: 'req_011CQabcdefghijklmnop',
};

const pictures: readonly Picture[] = [
  { name: 'empty' },
  { name: 'no-key', state: { key: 'missing' } },
  {
    name: 'streaming',
    prepare: async (page) => {
      await ask(page, undefined, true);
      await answer(page, { thinking: 'Hm.', text: markdown.slice(0, 420) });
    },
  },
  {
    name: 'thinking',
    state: { settings: { sendKey: 'enter', follow: 'end', thinking: 'expanded', escStops: true } },
    prepare: async (page) => {
      await ask(page);
      await answer(page, {
        thinking: 'The person asks about a loop.\n\nIt awaits each line, so each costs a read.',
      });
    },
  },
  { name: 'finished', prepare: conversation },
  {
    name: 'waiting',
    prepare: async (page) => {
      await ask(page);
      await status(page, {
        kind: 'waiting',
        attempt: 2,
        retryInMs: 12_000,
        cause: { kind: 'overloaded', retryable: true, action: 'try-again', status: 529 },
      });
    },
  },
  {
    name: 'failed',
    prepare: async (page) => {
      await ask(page);
      await status(page, { kind: 'failed', cause: failure });
    },
  },
  {
    name: 'failed-key',
    state: { server: 'gateway.example.com', key: 'environment', othersRunning: 2 },
    prepare: async (page) => {
      await ask(page);
      await status(page, {
        kind: 'failed',
        cause: { kind: 'wrong-key', retryable: false, action: 'set-key', status: 401 },
      });
    },
  },
  {
    name: 'stopped-and-queued',
    prepare: async (page) => {
      await ask(page);
      await answer(page, { text: markdown.slice(0, 200) });
      await status(page, { kind: 'stopped' });
      await ask(page, 'And in Rust?\nWith async.');
      await answer(page, { text: 'In Rust,' });
      await ask(page, 'שלום, מה שלומך?');
      await page.evaluate(() => window.fakeHost.conversation.addAssistantTurn('queued'));
    },
  },
  {
    name: 'tools',
    prepare: async (page) => {
      await ask(page);
      await page.evaluate(() => {
        const turn = window.fakeHost.conversation.addAssistantTurn('t');
        turn.setStatus({ kind: 'streaming', attempt: 1 });
        const tool = turn.openBlock(1, {
          head: { kind: 'tool_use', toolUseId: 'x', name: 'read_file' },
        });
        turn.append(tool, '{"path": "src/reader/lineReader.ts", "from": 1, "to": 200}');
        turn.endBlock(tool, 'closed');
        turn.endBlock(turn.openBlock(1, { head: { kind: 'tool_run', toolUseId: 'x' } }), 'closed');
        const head = {
          kind: 'tool_result',
          toolUseId: 'x',
          fate: 'done',
          attachments: [],
        } as const;
        turn.endBlock(turn.openBlock(1, { head, text: 'import …' }), 'closed');
        turn.openBlock(1, {
          head: { kind: 'tool_use', toolUseId: 'y', name: 'edit_file' },
          text: '{"path":"src/reader/lineReader.ts","old_text":"for (const line of lines) {","new_text":"for await (const line of lines) {\\n  count++',
        });
        turn.openBlock(1, { head: { kind: 'redacted_thinking' } });
        turn.openBlock(1, { head: { kind: 'unknown', type: 'hologram' }, text: '{"a":1}' });
      });
    },
  },
  {
    name: 'approval',
    state: { toolMode: 'ask' },
    prepare: async (page) => {
      await ask(page);
      await page.evaluate(() => {
        const turn = window.fakeHost.conversation.addAssistantTurn('t');
        const esc = String.fromCharCode(27);
        for (const [id, name, text] of [
          ['x', 'run_command', '{"command":"npm test"}'],
          ['y', 'run_command', '{"command":"npm run bench -- --json","cwd":"packages/reader"}'],
        ] as const) {
          const head = { kind: 'tool_use', toolUseId: id, name } as const;
          turn.endBlock(turn.openBlock(1, { head, text }), 'closed');
        }
        const run = turn.openBlock(1, { head: { kind: 'tool_run', toolUseId: 'x' } });
        turn.append(
          run,
          `> mocha\n\n  ${esc}[32m✔${esc}[0m reads\n  ${esc}[31m1) counts${esc}[0m\n`,
        );
        turn.setStatus({
          kind: 'awaiting-approval',
          questions: [
            {
              kind: 'call',
              toolUseId: 'y',
              name: 'run_command',
              effect: 'execute',
              subject: {
                kind: 'command',
                command: 'npm run bench -- --json',
                cwd: 'packages/reader',
              },
              reason: 'effect',
              grants: [
                { decision: 'allow', tool: 'run_command', command: 'npm run bench -- --json' },
              ],
            },
          ],
        });
      });
    },
  },
  {
    name: 'composer-full',
    prepare: async (page) => {
      await conversation(page);
      await page.evaluate(() => {
        const attachment = {
          kind: 'selection' as const,
          path: 'a/very/long/path/with/aVeryLongFileNameThatGoesOnAndOnAndOnForEver.test.ts',
          uri: 'file:///x',
          languageId: 'typescript',
          startLine: 1,
          endLine: 1,
        };
        window.fakeHost.post({ type: 'attach', attachment: { attachment, content: 'x' } });
        const other = { ...attachment, path: 'src/a.ts', uri: 'file:///a', endLine: 40 };
        window.fakeHost.post({ type: 'attach', attachment: { attachment: other, content: 'x' } });
      });
      await page.getByTestId('composer').fill('What about this one?\nAnd that?\n');
    },
  },
  {
    name: 'mentions',
    prepare: async (page) => {
      await page.evaluate(async () => {
        const canvas = new OffscreenCanvas(640, 400);
        canvas.getContext('2d')!.fillRect(0, 0, 320, 400);
        const transfer = new DataTransfer();
        transfer.items.add(new File([await canvas.convertToBlob()], 'screenshot.png'));
        const flags = { bubbles: true, cancelable: true, dataTransfer: transfer };
        document.body.dispatchEvent(new DragEvent('drop', flags));
        const pdf = {
          kind: 'pdf' as const,
          path: 'papers/aVeryLongNameOfAPaperThatNobodyReads.pdf',
          uri: '',
          blob: { sha256: '0b'.repeat(32), mediaType: 'application/pdf', size: 9 },
          pages: 12,
        };
        window.fakeHost.post({ type: 'attach', attachment: { attachment: pdf, content: '' } });
      });
      await page.locator('.chip').nth(1).waitFor();
      await page.getByTestId('composer').focus();
      await page.keyboard.type('What does @a');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'hostile',
    prepare: async (page) => {
      await ask(page, `${'W'.repeat(400)} <img src=x onerror=alert(1)>`);
      await answer(page, { text: `${'a'.repeat(600)}\n\n<script>alert(1)</script>`, end: true });
      await status(page, {
        kind: 'failed',
        cause: { ...failure, serverMessage: 'x'.repeat(3000), requestId: 'r'.repeat(200) },
      });
    },
  },
  {
    name: 'jump',
    height: 420,
    prepare: async (page) => {
      await conversation(page);
      await answer(page, { text: markdown });
      await painted(page);
      await page.mouse.move(200, 150);
      await page.mouse.wheel(0, -300);
    },
  },
];

const variants: readonly (ViewPageOptions & { readonly suffix: string })[] = [
  { suffix: 'light', theme: 'light' },
  { suffix: 'dark-300', theme: 'dark', width: 300 },
  { suffix: 'hc-dark', theme: 'hc-dark' },
  { suffix: 'hc-light-300', theme: 'hc-light', width: 300 },
  { suffix: 'dark-wide', theme: 'dark', width: 1400, height: 800, surface: 'editor' },
];

async function main(folder: string, filter: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pages = await ViewPages.start();
  try {
    for (const { name, prepare, ...own } of pictures) {
      for (const { suffix, ...variant } of variants) {
        if (!`${name}-${suffix}`.includes(filter)) continue;
        const page = await pages.open({ ...variant, ...own });
        await prepare?.(page);
        await painted(page);
        await page.waitForTimeout(100);
        await page.screenshot({ path: path.join(folder, `${name}-${suffix}.png`) });
      }
    }
  } finally {
    await pages.dispose();
  }
  const errors = takePageErrors();
  if (errors.length > 0) console.error(errors.join('\n'));
}

const [folder = '.vscode-test/view-pictures', filter = ''] = process.argv.slice(2);
void main(folder, filter);
