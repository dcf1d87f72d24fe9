import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ChangeAction, ChangedFileSummary } from '../../src/protocol/changedFile';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { IconButton } from './buttons';
import { Icon } from './icon';

/** What the tools of the conversation changed: each file with its lines, to look at and to undo. */
export function ChangedFiles(): JSX.Element | null {
  const { state, strings, formats, post } = usePanel();
  const isOpen = useSignal(false);
  const { tools } = strings;
  const files = state.value?.changedFiles ?? [];
  const conversation = state.value?.conversation.id;
  if (files.length === 0 || conversation === undefined) return null;
  const act = (action: ChangeAction, file: string | null) => (): void =>
    post({ type: 'change', action, file, conversation });
  const title =
    files.length === 1
      ? tools.changedFile
      : fillTemplate(tools.changedFiles, formats.count(files.length));
  return (
    <section class="changed-files" aria-label={title} data-testid="changed-files">
      <div class="changed-head">
        <button
          type="button"
          class="changed-toggle"
          aria-expanded={isOpen.value}
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          <Icon name={isOpen.value ? 'chevron-down' : 'chevron-right'} />
          <span>{title}</span>
          <Lines added={sumOf(files, 'added')} removed={sumOf(files, 'removed')} />
        </button>
        <button type="button" class="changed-review" onClick={act('reviewAll', null)}>
          {tools.reviewAll}
        </button>
      </div>
      {isOpen.value ? (
        <ul class="changed-list">
          {files.map(({ file, path, kind, added, removed, canUndo }) => (
            <li key={file} data-kind={kind}>
              <button
                type="button"
                class="changed-file"
                title={`${path} (${tools.changeKinds[kind]})`}
                onClick={act('open', file)}
              >
                <Icon name="file" />
                <bdi class="changed-name" dir="ltr">
                  {path.slice(path.lastIndexOf('/') + 1)}
                </bdi>
                <bdi class="changed-path" dir="ltr">
                  {path.slice(0, Math.max(0, path.lastIndexOf('/')))}
                </bdi>
                {kind === 'changed' ? null : (
                  <span class="changed-kind">{tools.changeKinds[kind]}</span>
                )}
                <Lines added={added} removed={removed} />
              </button>
              {canUndo ? (
                <IconButton
                  icon="discard"
                  label={fillTemplate(tools.undoChanges, path)}
                  onClick={act('undo', file)}
                />
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Lines({
  added,
  removed,
}: Pick<ChangedFileSummary, 'added' | 'removed'>): JSX.Element | null {
  const { strings, formats } = usePanel();
  if (added === null || removed === null) return null;
  const [more, less] = [formats.count(added), formats.count(removed)];
  return (
    <span
      class="changed-lines"
      dir="ltr"
      role="img"
      aria-label={fillTemplate(strings.tools.changedLines, more, less)}
    >
      <span class="changed-added">+{more}</span>
      <span class="changed-removed">−{less}</span>
    </span>
  );
}

function sumOf(files: readonly ChangedFileSummary[], member: 'added' | 'removed'): number {
  return files.reduce((sum, file) => sum + (file[member] ?? 0), 0);
}
