import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { isTerminal } from '../../src/core/turnStatus';
import type { BlockModel } from '../blockModel';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { ToolInputView } from '../toolInputView';
import type { TurnModel } from '../turnModel';
import { Disclosure } from './disclosure';
import { Icon } from './icon';
import { StreamedText } from './streamedText';
import { Sink, stateOfFate, type CardState } from './toolCard';

interface ServerToolCardProps {
  readonly turn: TurnModel;
  /** The call, a `server_tool_use`. */
  readonly block: BlockModel;
  readonly toolUseId: string;
  readonly name: string;
}

/** One call that the server runs itself: what it asks for, and what it brought. */
export function ServerToolCard({ turn, block, toolUseId, name }: ServerToolCardProps): JSX.Element {
  const { strings } = usePanel();
  const isOpen = useSignal(false);
  const result = turn.blocks.value.find(
    ({ head, state }) =>
      head.kind === 'server_tool_result' &&
      head.toolUseId === toolUseId &&
      state.value !== 'dropped',
  );
  const state = useCardState(turn, block, result);
  return (
    <section
      class={`tool-card tool-is-${state.kind}`}
      aria-label={`${fillTemplate(strings.toolCall, strings.tools.names[name] ?? name)}: ${state.text}`}
      data-testid="tool-card"
      data-call={toolUseId}
      data-state={state.kind}
    >
      <header class="tool-head">
        <Icon name={state.icon} spins={state.icon === 'loading'} />
        <span class="tool-name">{strings.tools.names[name] ?? name}</span>
        <span class="tool-state">{state.text}</span>
      </header>
      <Sink block={block} create={() => new ToolInputView()} label={strings.tools.input} />
      {result === undefined || result.length === 0 ? null : (
        <Disclosure
          label={<span>{strings.tools.result}</span>}
          isOpen={isOpen.value}
          onToggle={() => (isOpen.value = !isOpen.value)}
        >
          <div class="tool-found" role="group" aria-label={strings.tools.result} tabIndex={0}>
            <StreamedText turn={turn} block={result} as="markdown" />
          </div>
        </Disclosure>
      )}
    </section>
  );
}

function useCardState(
  turn: TurnModel,
  block: BlockModel,
  result: BlockModel | undefined,
): CardState {
  const { tools } = usePanel().strings;
  if (result?.head.kind === 'server_tool_result') {
    return stateOfFate(result.head.isError === true ? 'failed' : 'done', tools);
  }
  if (isTerminal(turn.status.value)) return stateOfFate('not-run', tools);
  return block.state.value === 'open'
    ? { kind: 'writing', icon: 'loading', text: tools.writing }
    : { kind: 'running', icon: 'loading', text: tools.running };
}
