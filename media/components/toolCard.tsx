import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ToolFate } from '../../src/core/contentBlock';
import type { ToolStrings } from '../../src/protocol/toolStrings';
import { isTerminal } from '../../src/core/turnStatus';
import { AnsiTextView } from '../ansiTextView';
import type { BlockModel, TextSink } from '../blockModel';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { TodoListView } from '../todoListView';
import { ToolInputView } from '../toolInputView';
import type { TurnModel } from '../turnModel';
import { IconButton } from './buttons';
import { Disclosure } from './disclosure';
import { Icon, type IconName } from './icon';
import { limits, RestElsewhere } from './streamedText';
import { callQuestion, ToolApproval } from './toolApproval';

interface ToolCardProps {
  readonly turn: TurnModel;
  /** The call, a `tool_use`. */
  readonly block: BlockModel;
  readonly toolUseId: string;
  readonly name: string;
}

/** How a call stands, as its card says it. */
export interface CardState {
  readonly kind: ToolFate | 'writing' | 'waiting' | 'running' | 'asking';
  readonly icon: IconName;
  readonly text: string;
}

/** One call of a tool: what it is about, what the person is asked, what it does and what came of it. */
export function ToolCard({ turn, block, toolUseId, name }: ToolCardProps): JSX.Element {
  const { strings, post, focusComposer } = usePanel();
  const blocks = turn.blocks.value.filter(({ state }) => state.value !== 'dropped');
  const run = blocks.find(({ head }) => head.kind === 'tool_run' && head.toolUseId === toolUseId);
  const result = blocks.find(
    ({ head }) => head.kind === 'tool_result' && head.toolUseId === toolUseId,
  );
  const question = callQuestion(turn.status.value, toolUseId);
  const state = useCardState(turn, block, run, result, question !== undefined);
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
        {state.kind === 'running' ? (
          <IconButton
            icon="debug-stop"
            label={strings.tools.stop}
            testId="stop-tool"
            onClick={() => {
              post({ type: 'stopTool', turn: turn.id, call: toolUseId });
              // The button goes away with the call: the focus must not go with it.
              focusComposer();
            }}
          />
        ) : null}
      </header>
      <Sink
        block={block}
        create={() =>
          name === 'update_todos' ? new TodoListView(strings.tools.todoStates) : new ToolInputView()
        }
        label={strings.tools.input}
      />
      {question === undefined ? null : <ToolApproval turn={turn} question={question} />}
      <Outcome turn={turn} run={run} result={result} />
    </section>
  );
}

function useCardState(
  turn: TurnModel,
  block: BlockModel,
  run: BlockModel | undefined,
  result: BlockModel | undefined,
  isAsked: boolean,
): CardState {
  const { tools } = usePanel().strings;
  if (result?.head.kind === 'tool_result') {
    const { fate, exitCode } = result.head;
    const state = stateOfFate(fate, tools);
    return exitCode === undefined || fate !== 'failed'
      ? state
      : { ...state, text: fillTemplate(tools.exitCode, String(exitCode)) };
  }
  if (isAsked) return { kind: 'asking', icon: 'question', text: tools.waiting };
  if (isTerminal(turn.status.value)) {
    return stateOfFate(run === undefined ? 'not-run' : 'unknown', tools);
  }
  if (run !== undefined) return { kind: 'running', icon: 'loading', text: tools.running };
  return block.state.value === 'open'
    ? { kind: 'writing', icon: 'loading', text: tools.writing }
    : { kind: 'waiting', icon: 'history', text: tools.waiting };
}

export function stateOfFate(fate: ToolFate, { fates }: ToolStrings): CardState {
  return { kind: fate, icon: fateIcon(fate), text: fates[fate] };
}

function fateIcon(fate: ToolFate): IconName {
  switch (fate) {
    case 'done':
      return 'check';
    case 'failed':
      return 'error';
    case 'unknown':
      return 'warning';
    case 'refused':
    case 'denied':
    case 'stopped':
    case 'not-run':
      return 'circle-slash';
  }
}

/** What it does as it does it; once it is over, that and what the model reads, on demand. */
function Outcome({
  turn,
  run,
  result,
}: {
  readonly turn: TurnModel;
  readonly run: BlockModel | undefined;
  readonly result: BlockModel | undefined;
}): JSX.Element | null {
  const { strings } = usePanel();
  const { tools } = strings;
  const isOpen = useSignal(false);
  const hasOutput = useHasText(run);
  if (result === undefined) {
    return run === undefined ? null : <OutputBox turn={turn} block={run} label={tools.output} />;
  }
  const images = result.head.kind === 'tool_result' ? result.head.attachments : [];
  if (!hasOutput && result.length === 0 && images.length === 0) return null;
  return (
    <Disclosure
      label={<span>{tools.result}</span>}
      isOpen={isOpen.value}
      onToggle={() => (isOpen.value = !isOpen.value)}
    >
      {images.map((attachment, i) => (
        <p key={i}>{attachment.kind === 'pdf' ? attachment.name : tools.image}</p>
      ))}
      {run !== undefined && hasOutput ? (
        <OutputBox turn={turn} block={run} label={tools.output} />
      ) : (
        <OutputBox turn={turn} block={result} label={tools.result} />
      )}
    </Disclosure>
  );
}

/** A program's output, or what the model reads, as far as a page takes it. */
function OutputBox({
  turn,
  block,
  label,
}: Pick<SinkProps, 'block' | 'label'> & { readonly turn: TurnModel }): JSX.Element {
  const limit = limits.plain;
  return (
    <>
      <Sink block={block} create={() => new AnsiTextView()} label={label} limit={limit} isBox />
      <RestElsewhere turn={turn} block={block} limit={limit} />
    </>
  );
}

/** Text is no signal: it is looked at when the call ends, which is when it matters. */
function useHasText(block: BlockModel | undefined): boolean {
  const state = block?.state.value;
  return state !== undefined && (block?.length ?? 0) > 0;
}

interface SinkProps {
  readonly block: BlockModel;
  readonly create: () => TextSink & { readonly element: HTMLElement; dispose(): void };
  readonly label: string;
  /** UTF-16 units on the page at most. */
  readonly limit?: number;
  /** It scrolls within itself. */
  readonly isBox?: boolean;
}

/** A block's text in a view of its own. The component renders once: the text goes past it. */
export function Sink({ block, create, label, limit, isBox }: SinkProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const life = block.life.value;
  useLayoutEffect(() => {
    const view = create();
    place.current?.append(view.element);
    const attached = block.attach(view, limit);
    return () => {
      attached.dispose();
      view.dispose();
    };
  }, [block, life]);
  return isBox === true ? (
    <div ref={place} class="tool-box" role="group" aria-label={label} tabIndex={0} />
  ) : (
    <div ref={place} role="group" aria-label={label} />
  );
}
