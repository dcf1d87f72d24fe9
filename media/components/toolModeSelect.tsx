import type { JSX } from 'preact';
import { toolModes } from '../../src/protocol/viewToHost';
import { usePanel } from '../panel';

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
