import type { Chat } from '../core/chat';
import type { Clock } from '../core/clock';
import { Conversation } from '../core/conversation';
import type { Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { Logger } from '../core/logger';
import { recordedPrompt } from '../core/recordedPrompt';
import { Replay, type ReplayPace } from '../core/replay';
import { ReplayClock } from '../core/replayClock';
import { TurnPlayer } from '../core/turnPlayer';
import type { TurnRecording } from '../core/wireRecord';
import type { EditorPanels } from './editorPanels';

export interface ReplayTabsPorts {
  readonly chat: Chat;
  readonly panels: () => Pick<EditorPanels, 'open'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
}

/** Replays recordings into chats of their own, shown in an editor tab; one at a time. */
export class ReplayTabs implements Disposable {
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;
  private current: { readonly recording: TurnRecording; readonly replay: Replay } | undefined;
  private readonly conversations = new Set<Conversation>();

  constructor(private readonly ports: ReplayTabsPorts) {}

  /** Null: there is none of this recording. */
  positionIn(recording: TurnRecording | undefined): number | null {
    const { current } = this;
    return current !== undefined && current.recording === recording
      ? current.replay.position
      : null;
  }

  get isPaused(): boolean {
    return this.current?.replay.isPaused ?? true;
  }

  /** Whether the conversation is a replay: nothing can be sent in it. */
  shows(conversation: Conversation): boolean {
    return this.conversations.has(conversation);
  }

  /** Goes on with the replay of this recording, or begins it where there is none or it is over. */
  play(recording: TurnRecording, pace: ReplayPace): void {
    const { current } = this;
    if (current?.recording !== recording || current.replay.isOver) this.begin(recording);
    this.current?.replay.play(pace);
  }

  pause(): void {
    this.current?.replay.pause();
  }

  dispose(): void {
    this.current?.replay.dispose();
    this.changed.dispose();
  }

  private begin(recording: TurnRecording): void {
    const { chat, clock, log, newId, panels } = this.ports;
    this.current?.replay.dispose();
    const run = recording.records.find((record) => record.kind === 'run');
    const replayClock = new ReplayClock(run?.wallMs ?? 0);
    const conversation = new Conversation(newId(), replayClock.wallNow(), replayClock);
    this.conversations.add(conversation);
    conversation.addUserTurn(newId(), { text: recordedPrompt(recording), attachments: [] });
    const turn = conversation.addAssistantTurn(newId());
    const player = new TurnPlayer(turn, replayClock, log);
    const replay = new Replay(recording.records, player, clock);
    chat.addPlayed(conversation, () => replay.stop());
    replay.onDidChange(() => this.changed.fire());
    this.current = { recording, replay };
    // Whoever plays event by event wants to see both.
    panels().open(conversation, 'beside');
  }
}
