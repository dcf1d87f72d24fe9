import type { Chat } from '../core/chat';
import type { Tool } from '../core/tool';
import type { ConversationLibrary } from '../node/conversationLibrary';
import type { ActivityStatus } from './activityStatus';
import type { AdapterControl } from './adapterControl';
import type { ApiKey } from './apiKey';
import type { Connection } from './connection';
import type { Drafts } from './drafts';
import type { EditorPanels } from './editorPanels';
import type { KeptChats } from './keptChats';
import type { ModelCatalog } from './modelCatalog';
import type { SettingsReader } from './settings';
import type { SidebarView } from './sidebarView';

/**
 * The parts behind the editor's surface, for tests inside the extension host. What `activate` returns, and only when
 * the host was started for tests.
 */
export interface TestApi {
  readonly chat: Chat;
  /** Tests may add their own. */
  readonly tools: Tool[];
  readonly kept: KeptChats;
  readonly library: ConversationLibrary;
  readonly sidebar: SidebarView;
  readonly panels: EditorPanels;
  readonly drafts: Drafts;
  readonly connection: Connection;
  readonly apiKey: ApiKey;
  readonly settings: SettingsReader;
  readonly catalog: ModelCatalog;
  readonly adapterControl: AdapterControl;
  /** Undefined where the status bar's contribution failed. */
  readonly status: () => ActivityStatus | undefined;
}
