import type { ApprovalRule, AskReason } from './approvalPolicy';
import type { ToolEffect, ToolSubject } from './tool';

/** What the person is asked before a turn goes on. */
export type ToolQuestion =
  | {
      readonly kind: 'call';
      readonly toolUseId: string;
      readonly name: string;
      readonly effect: ToolEffect;
      readonly subject: ToolSubject;
      readonly reason: AskReason;
      /** What "in this conversation" and "in this workspace" would allow; empty where only "once" can be said. */
      readonly grants: readonly ApprovalRule[];
      /** It can be looked at, and changed, before it is done. */
      readonly canReview?: true;
    }
  /** `used`: messages of the model in this answer, or US dollars. */
  | { readonly kind: 'limit'; readonly limit: 'messages' | 'cost'; readonly used: number };

/** The person's answer about a call. `never` holds for the workspace, and for like calls. */
export type ToolDecision = 'once' | 'conversation' | 'workspace' | 'deny' | 'never';
