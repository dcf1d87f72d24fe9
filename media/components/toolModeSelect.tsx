import type { JSX } from 'preact';
import { toolModes } from '../../src/protocol/viewToHost';
import { usePanel } from '../panel';
import { IconButton } from './buttons';

/** What tools may do without asking; nothing where there are no tools. */
export function ToolModeSelect(): JSX.Element | null {
  const { state, strings, post } = usePanel();
  const current = state.value;
  const { tools } = strings;
  if (current === undefined || current.toolMode === null) return null;
  const { toolMode, conversation } = current;
  return (
    <select
      class="mode-select"
      aria-label={tools.mode}
      title={tools.modeHints[toolMode]}
      data-testid="tool-mode"
      value={toolMode}
      onChange={(event) => {
        const mode = toolModes.find((one) => one === event.currentTarget.value);
        if (mode === undefined) return;
        post({ type: 'setToolMode', conversation: conversation.id, mode });
      }}
    >
      {toolModes.map((mode) => (
        <option key={mode} value={mode}>
          {tools.modes[mode]}
        </option>
      ))}
    </select>
  );
}

/** Leads to the choice of tools; nothing where there are none. */
export function ToolsButton(): JSX.Element | null {
  const { state, strings, post } = usePanel();
  if ((state.value?.toolMode ?? null) === null) return null;
  return (
    <IconButton
      icon="tools"
      label={strings.tools.choose}
      class="tools-button"
      testId="choose-tools"
      onClick={() => post({ type: 'run', command: 'chooseTools' })}
    />
  );
}
