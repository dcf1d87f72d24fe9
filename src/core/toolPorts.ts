import type { ApprovalRule } from './approvalPolicy';
import type { BlobStore } from './blob';
import type { Conversation } from './conversation';
import type { JsonObject } from './json';
import type { ModelInfo } from './modelInfo';
import type { Tool } from './tool';

/** Everything that conversations need to let the model use tools. */
export interface ToolPorts {
  /**
   * The tools of a conversation, in the order in which the model is told them. Called once for each answer: the same
   * tools in the same order as before keep the prompt cache warm and thinking bound (API: preserved thinking).
   */
  readonly list: (conversation: Conversation) => Promise<readonly Tool[]>;
  /** Tools that the server runs itself, as a request names them; told after ours, and as unchanging as these. */
  readonly serverTools?: (
    model: ModelInfo | undefined,
    conversation: Conversation,
  ) => readonly JsonObject[];
  /** The rules of the person and of the workspace, from the settings. */
  readonly rules: () => readonly ApprovalRule[];
  /** Keeps rules for the workspace. */
  readonly keepRules: (rules: readonly ApprovalRule[]) => void;
  readonly isTrusted: () => boolean;
  /** Where images and PDFs go that tools give back. */
  readonly blobs: BlobStore;
  readonly limits: () => ToolLimits;
}

/** After how much of one answer the person is asked whether it goes on. */
export interface ToolLimits {
  /** Messages of the model. */
  readonly messages: number;
  readonly costUsd: number;
}
