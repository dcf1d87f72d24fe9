import { demoScenario } from './demoAnswers';
import { MessagesServer } from './messagesServer';
import { lastPrompt } from './scriptedEvents';

/** Starts the demo server and prints its URL: `npx tsx test/server/main.ts [--port 8080]`. */
async function main(): Promise<void> {
  const at = process.argv.indexOf('--port');
  const port = at === -1 ? 0 : Number(process.argv[at + 1]);
  const server = await MessagesServer.start({
    port,
    scenario: (request) => demoScenario(lastPrompt(request.body)),
  });
  console.log(server.url);
}

void main();
