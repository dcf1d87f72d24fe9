import type { ReadonlySignal, Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { BootData, ViewSettings, ViewState } from '../src/protocol/hostToView';
import type { ViewStrings } from '../src/protocol/viewStrings';
import type { ViewToHost } from '../src/protocol/viewToHost';
import type { ComposerModel } from './composerModel';
import type { ConversationStore } from './conversationStore';
import type { FollowMode } from './followMode';
import type { FindModel } from './findModel';
import type { Formats } from './formats';
import type { TextView } from './safeTextView';
import type { MentionModel } from './mentionModel';
import type { ScrollMemory } from './scrollMemory';
import type { Ticker } from './ticker';
import type { TurnHeights } from './turnHeights';
import type { TurnWindow } from './turnWindow';

/** What the components share. */
export interface Panel {
  readonly surface: BootData['surface'];
  readonly strings: ViewStrings;
  /** Address of the folder with attached bytes; empty where there is none. */
  readonly blobs: string;
  readonly formats: Formats;
  /** Undefined until the host has told it. */
  readonly state: ReadonlySignal<ViewState | undefined>;
  readonly settings: ReadonlySignal<ViewSettings>;
  readonly conversation: ConversationStore;
  readonly composer: ComposerModel;
  readonly mentions: MentionModel;
  readonly ticker: Ticker;
  /** Set while the conversation is on the page. */
  readonly follow: Signal<FollowMode | undefined>;
  /** Set while the conversation is on the page. */
  readonly turnWindow: Signal<TurnWindow | undefined>;
  readonly turnHeights: TurnHeights;
  readonly scrollMemory: ScrollMemory;
  readonly find: FindModel;
  readonly focusComposer: () => void;
  readonly post: (message: ViewToHost) => void;
  /** For the log; takes the error's message, never content. */
  readonly reportError: (error: unknown) => void;
  readonly createMarkdownView: () => TextView;
}

const PanelContext = createContext<Panel | undefined>(undefined);

export const PanelProvider = PanelContext.Provider;

/** Throws outside of a {@link PanelProvider}. */
export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === undefined) throw new Error('no panel around this component');
  return panel;
}
