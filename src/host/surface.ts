import type { AttachedFile } from '../protocol/attachedFile';
import type { Destination } from '../protocol/hostToView';
import type { Conversation, PromptAttachment } from '../core/conversation';

/** A place that shows one conversation: the side bar's view, or an editor tab. */
export interface Surface {
  readonly kind: 'sidebar' | 'editor';
  readonly conversation: Conversation;
  readonly visible: boolean;
  show(conversation: Conversation): void;
  /** Brings the place forward with the focus in its composer. */
  reveal(): Promise<void>;
  go(to: Destination): void;
  attach(attachment: PromptAttachment): void;
  /** Has the page make an image that the API takes, and attach it. */
  prepareImage(file: AttachedFile): void;
}
