import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { TextButton } from './buttons';
import { Disclosure } from './disclosure';
import { StreamedText } from './streamedText';

/** The summary with which requests begin from here on: to read, to edit, and to undo. */
export function CompactionCard({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, post } = usePanel();
  const isOpen = useSignal(false);
  /** What the person writes in the summary's place; null while they do not. */
  const edited = useSignal<string | null>(null);
  const isUndone = turn.meta.value.compaction === 'undone';
  const isWhole = turn.status.value.kind === 'complete';
  const texts = turn.blocks.value.filter(
    ({ head, state }) => head.kind === 'text' && state.value !== 'dropped',
  );
  const label = !isWhole
    ? strings.compacting
    : isUndone
      ? strings.compactionUndone
      : strings.compacted;
  return (
    <div class="compaction" data-testid="compaction">
      <Disclosure
        label={label}
        isOpen={isOpen.value}
        onToggle={() => (isOpen.value = !isOpen.value)}
      >
        {edited.value === null ? (
          texts.map((block) => (
            <StreamedText key={block.id} turn={turn} block={block} as="markdown" />
          ))
        ) : (
          <textarea
            class="compaction-field"
            dir="auto"
            rows={10}
            aria-label={strings.compactionSummary}
            value={edited.value}
            onInput={(event) => (edited.value = event.currentTarget.value)}
          />
        )}
        {isWhole && !isUndone ? <EditButtons turn={turn} edited={edited} /> : null}
      </Disclosure>
      {isWhole ? (
        <TextButton
          label={isUndone ? strings.useSummary : strings.undoCompaction}
          secondary
          onClick={() =>
            post({
              type: 'setCompaction',
              turn: turn.id,
              compaction: isUndone ? 'active' : 'undone',
            })
          }
        />
      ) : null}
    </div>
  );
}

function EditButtons({
  turn,
  edited,
}: {
  turn: TurnModel;
  edited: { value: string | null };
}): JSX.Element {
  const { strings, post } = usePanel();
  if (edited.value === null) {
    return (
      <TextButton
        label={strings.editSummary}
        secondary
        onClick={() => (edited.value = turn.answerText())}
      />
    );
  }
  return (
    <div class="compaction-buttons">
      <TextButton
        label={strings.saveSummary}
        onClick={() => {
          post({ type: 'editSummary', turn: turn.id, text: edited.value ?? '' });
          edited.value = null;
        }}
      />
      <TextButton label={strings.cancel} secondary onClick={() => (edited.value = null)} />
    </div>
  );
}
