import type { Attachment } from './contentBlock';
import type { Conversation } from './conversation';

/** Everything that is attached in a conversation, oldest first. */
export function attachmentsIn({ turns }: Conversation): Attachment[] {
  return turns.flatMap(({ blocks }) =>
    blocks.flatMap(({ head }) => (head.kind === 'attachment' ? [head.attachment] : [])),
  );
}
