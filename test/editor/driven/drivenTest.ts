import { MessagesServer } from '../../server/messagesServer';
import { textAnswer } from '../../server/scenario';
import { startEditor, type EditorOptions, type EditorSession } from '../editorSession';
import type { ChatPanel } from './chatPanel';

/** A window with the chat open and a server to talk to, shared by the tests of one file. */
export interface DrivenTest {
  readonly session: EditorSession;
  readonly server: MessagesServer;
  panel: ChatPanel;
}

/** Starts what the tests of the surrounding `describe` share, and ends it after them. */
export function drivenTest(options: EditorOptions = {}): DrivenTest {
  const test: Partial<{ -readonly [K in keyof DrivenTest]: DrivenTest[K] }> = {};
  before(async function () {
    this.timeout(300_000);
    const server = await MessagesServer.start({ apiKey: 'right' });
    const env = { ANTHROPIC_API_KEY: 'right', ANTHROPIC_BASE_URL: server.url };
    test.server = server;
    test.session = await startEditor({ ...options, env: { ...env, ...options.env } });
    test.panel = await test.session.openPanel();
    await test.session.setSideBarWidth(420);
  });
  beforeEach(async () => {
    const { server, session } = test;
    if (server === undefined || session === undefined) return;
    server.use(textAnswer('Hello from the wire.'));
    // The test before may have ended in the middle, and the editor may have made the view anew.
    const isThere = await test.panel?.composer.isVisible().catch(() => false);
    if (isThere !== true) test.panel = await session.openPanel();
    // Each test has a conversation of its own.
    await session.runCommand('Caudal: New chat');
    const { panel } = test;
    await panel?.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest.fullTitle().replace(/\W+/g, '-').slice(0, 80);
    await test.session?.screenshot(`out/failed/${name}.png`);
  });
  after(async () => {
    await test.session?.dispose();
    await test.server?.close();
  });
  return test as DrivenTest;
}
