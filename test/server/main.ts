import { parseArgs } from 'node:util';
import { demoScenario } from './demoAnswers';
import { MessagesServer } from './messagesServer';

/**
 * Starts the server and prints its URL: `npx tsx test/server/main.ts --port 8080 --demo`. Without `--demo` it says the
 * same short answer to everything. Ctrl+C ends it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      demo: { type: 'boolean', default: false },
      minimal: { type: 'boolean', default: false },
    },
  });
  const server = await MessagesServer.start({
    port: Number(values.port),
    dialect: values.minimal ? 'minimal' : 'anthropic',
    ...(values.demo ? { scenario: demoScenario } : {}),
  });
  process.once('SIGINT', () => void server.close());
  process.once('SIGTERM', () => void server.close());
  console.log(server.url);
}

void main();
