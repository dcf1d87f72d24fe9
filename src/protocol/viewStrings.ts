import type { FailureKind } from '../core/failure';
import type { AttachStrings } from './attachStrings';
import type { ToolStrings } from './toolStrings';

/** What a failure says: what happened, and what to do next. */
export interface FailureText {
  readonly title: string;
  readonly next: string;
}

/**
 * Every word the view shows, localised by the host and put into the page: the view has no language of its own.
 * `{0}`, `{1}` stand for values.
 */
export interface ViewStrings {
  readonly emptyTitle: string;
  readonly emptyHint: string;
  readonly noKeyTitle: string;
  readonly noKeyText: string;
  readonly setKey: string;
  readonly keyFromEnvironment: string;
  readonly customServer: string;
  readonly composerPlaceholder: string;
  readonly composerLabel: string;
  readonly composerHintEnter: string;
  readonly composerHintModEnter: string;
  readonly send: string;
  readonly queue: string;
  readonly stop: string;
  readonly chooseModel: string;
  readonly defaultModel: string;
  readonly effort: string;
  readonly newChat: string;
  readonly showChats: string;
  readonly openInEditor: string;
  readonly conversation: string;
  readonly find: string;
  readonly previousMatch: string;
  readonly nextMatch: string;
  readonly closeFind: string;
  readonly noMatches: string;
  /** `{0}` is the number of the match, `{1}` how many there are. */
  readonly matchOf: string;
  /** Above the composer, where another window owns the conversation. */
  readonly readOnly: string;
  readonly continueInCopy: string;
  readonly you: string;
  readonly assistant: string;
  readonly thinking: string;
  readonly thoughtFor: string;
  readonly thinkingRedacted: string;
  readonly thinkingHiddenByModel: string;
  readonly queued: string;
  readonly connecting: string;
  readonly streaming: string;
  readonly stopped: string;
  readonly stoppedHint: string;
  readonly interrupted: string;
  readonly paused: string;
  readonly waitingRetry: string;
  readonly retryNow: string;
  readonly tryAgain: string;
  readonly continueAnswer: string;
  /** In place of a failure's next step, where the answer can go on. */
  readonly continueNext: string;
  /** {0}: a duration. */
  readonly waitingResume: string;
  /** {0}: a duration. */
  readonly silent: string;
  readonly stalled: string;
  /** On the mark where an answer was cut. */
  readonly seam: string;
  readonly reachedMaxTokens: string;
  readonly contextFull: string;
  readonly refused: string;
  readonly toolCall: string;
  /** Pages that an answer cites. */
  readonly sources: string;
  readonly unknownBlock: string;
  readonly showLog: string;
  readonly openSettings: string;
  readonly requestId: string;
  readonly serverSaid: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyAnswer: string;
  readonly copyCode: string;
  readonly codeBlock: string;
  readonly insertCode: string;
  readonly applyCode: string;
  readonly codeToNewFile: string;
  readonly previewDiagram: string;
  readonly wrapCode: string;
  readonly foldCode: string;
  readonly unfoldCode: string;
  readonly jumpToLatest: string;
  readonly removeAttachment: string;
  readonly attachmentLines: string;
  readonly attachmentLine: string;
  readonly openAttachment: string;
  readonly firstToken: string;
  readonly tokensPerSecond: string;
  readonly tokensIn: string;
  readonly tokensOut: string;
  readonly tokensCached: string;
  readonly tokensCacheWrite: string;
  readonly cost: string;
  readonly elapsed: string;
  readonly attempts: string;
  readonly othersRunning: string;
  readonly replyFinished: string;
  /** The figures under an answer, where room is short; the long forms above are their tooltips. `{0}`: 0.8 s. */
  readonly firstTokenShort: string;
  /** `{0}`: a number of tokens, as in the next two. */
  readonly tokensInShort: string;
  readonly tokensOutShort: string;
  readonly tokensCachedShort: string;
  /** `{0}`: a number from 2. */
  readonly attemptsShort: string;
  /** Button on an error: copies all that is said on it. */
  readonly copyDetails: string;
  /** No answer came to a `send`. */
  readonly sendFailed: string;
  /** Stands above the raw text of a part that the view could not show otherwise. */
  readonly brokenBlock: string;
  readonly shownInPart: string;
  readonly openBlock: string;
  /** The view is of another version than the host. */
  readonly viewOutdated: string;
  /** On the figures under an answer. */
  readonly inspect: string;
  /** Names the list of what is attached to a prompt. */
  readonly attachments: string;
  readonly tools: ToolStrings;
  readonly attach: AttachStrings;
  readonly context: string;
  readonly contextSystem: string;
  readonly contextTools: string;
  readonly contextHistory: string;
  readonly contextAttachments: string;
  readonly contextFree: string;
  readonly contextCache: string;
  readonly contextCost: string;
  readonly contextEstimated: string;
  readonly compactNow: string;
  readonly compacting: string;
  readonly compacted: string;
  readonly compactionUndone: string;
  readonly compactionSummary: string;
  readonly undoCompaction: string;
  readonly useSummary: string;
  readonly editSummary: string;
  readonly saveSummary: string;
  readonly cancel: string;
  readonly sendAnyway: string;
  readonly failures: Readonly<Record<FailureKind, FailureText>>;
}
