import type { JSX, RefObject } from 'preact';
import { PanelProvider, type Panel } from '../panel';
import { ChangedFiles } from './changedFiles';
import { Composer } from './composer';
import { ConversationLog } from './conversationLog';

interface AppProps {
  readonly panel: Panel;
  readonly field: RefObject<HTMLTextAreaElement | null>;
}

/** The whole panel: the conversation and the composer below it. */
export function App({ panel, field }: AppProps): JSX.Element {
  return (
    <PanelProvider value={panel}>
      <ConversationLog />
      <ChangedFiles />
      <Composer field={field} />
    </PanelProvider>
  );
}
