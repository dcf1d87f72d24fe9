import { ConversationLibrary } from '../../src/node/conversationLibrary';
import { JournalStore } from '../../src/node/journalStore';
import { ChatGround } from './chatGround';

/** What an extension host does until it is killed: asks one question after another, in a conversation on the disk. */
async function main(): Promise<void> {
  const [url = '', folder = ''] = process.argv.slice(2);
  const server = { url, close: () => Promise.resolve() };
  const ground = new ChatGround(server, {}, 20_000, {
    makeDurable: (conversation): Promise<void> => library.makeDurable(conversation),
  });
  const { clock, log } = ground;
  const library: ConversationLibrary = new ConversationLibrary(
    new JournalStore(folder, log),
    clock,
    log,
  );
  const conversation = ground.chat.newConversation();
  library.keep(conversation);
  for (let n = 1; ; n++) await ground.end(ground.send(`Question ${n}`, conversation));
}

void main();
