import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { RefObject } from 'preact';
import { attachmentTokens } from '../../src/core/attachmentTokens';
import type { PromptAttachment } from '../../src/core/conversation';
import type { Suggestion } from '../../src/protocol/suggestion';
import { composerKeyAction, isInputMethodKey } from '../composerKeys';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { AttachmentChip } from './attachmentChip';
import { IconButton, TextButton } from './buttons';
import { ContextMeter } from './contextMeter';
import { modKeyName } from './emptyState';
import { Icon } from './icon';
import { MentionList } from './mentionList';
import { InfoLine } from './infoLine';
import { ToolModeSelect, ToolsButton } from './toolModeSelect';
import { completeSlash, SlashList } from './slashList';
import { SendQuestion } from './sendQuestion';

/** Where a prompt is written. */
export function Composer({ field }: { field: RefObject<HTMLTextAreaElement | null> }): JSX.Element {
  const { composer, strings } = usePanel();
  const problem = composer.problem.value;
  return (
    <div class="composer" data-vscode-context='{"webviewSection":"composer"}'>
      <ReadOnlyNote />
      {problem === null ? null : (
        <p class="composer-problem" role="alert">
          {problem}
        </p>
      )}
      <SendQuestion />
      <SlashList onTake={() => field.current?.focus()} />
      <div class="composer-box">
        {composer.attachments.value.length === 0 ? null : (
          <ul class="chips" aria-label={strings.attachments}>
            {composer.attachments.value.map((one) => (
              <AttachmentChip
                key={keyOf(one)}
                attachment={one.attachment}
                content={() => one.content}
                tokens={attachmentTokens(one.attachment, one.content)}
                onRemove={() => {
                  composer.remove(one);
                  field.current?.focus();
                }}
              />
            ))}
          </ul>
        )}
        <p class="composer-drop" aria-hidden="true">
          {strings.attach.dropHere}
        </p>
        {composer.attaching.value === 0 ? null : (
          <p class="composer-attaching" role="status">
            <Icon name="loading" spins />
            {strings.attach.attaching}
          </p>
        )}
        <PromptField field={field} />
        <ComposerBar field={field} />
      </div>
      <InfoLine />
    </div>
  );
}

function isAtStart(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement &&
    target.selectionStart === 0 &&
    target.selectionEnd === 0
  );
}

/** No two of a draft have the same. */
function keyOf({ attachment, content }: PromptAttachment): string {
  return `${JSON.stringify(attachment)} ${content.length}`;
}

/** Another window owns the conversation. */
function ReadOnlyNote(): JSX.Element | null {
  const { state, strings, post } = usePanel();
  if (state.value?.isReadOnly !== true) return null;
  return (
    <div class="composer-note" role="status">
      <p>{strings.readOnly}</p>
      <TextButton
        label={strings.continueInCopy}
        secondary
        onClick={() => post({ type: 'run', command: 'continueInCopy' })}
      />
    </div>
  );
}

function PromptField({ field }: { field: RefObject<HTMLTextAreaElement | null> }): JSX.Element {
  const panel = usePanel();
  const { composer, mentions, strings, settings, state, follow } = panel;
  const hintId = useId();
  const { sendKey } = settings.value;

  const listId = useId();
  const choose = (item: Suggestion | undefined): void => {
    const mention = mentions.mention.peek();
    const area = field.current;
    if (item === undefined || mention === undefined || area === null) return;
    const text = composer.text.peek();
    composer.edit(text.slice(0, mention.start) + text.slice(mention.end));
    mentions.close();
    // After the field has the new text: setting that moves the cursor to its end.
    requestAnimationFrame(() => area.setSelectionRange(mention.start, mention.start));
    area.focus();
    void composer.attachSuggestion(item);
  };
  const look = (): void => {
    const area = field.current;
    if (area !== null) mentions.look(area.value, area.selectionStart);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isInputMethodKey(event) && mentions.key(event.key)) {
      event.preventDefault();
      if (event.key === 'Enter' || event.key === 'Tab') choose(mentions.chosen.peek());
      return;
    }
    if (event.key === 'Backspace' && isAtStart(event.currentTarget)) {
      const last = composer.attachments.peek().at(-1);
      if (last !== undefined) {
        event.preventDefault();
        return composer.remove(last);
      }
    }
    if (event.key === 'Tab' && !event.shiftKey && !event.isComposing && completeSlash(panel)) {
      event.preventDefault();
      return;
    }
    const action = composerKeyAction(event, { sendKey, isEmpty: composer.isEmpty.peek() });
    if (action === 'send') {
      event.preventDefault();
      follow.peek()?.jumpToLatest();
      void composer.send();
    } else if (action === 'recall') {
      const last = state.peek()?.lastPrompt ?? null;
      if (last === null) return;
      event.preventDefault();
      composer.edit(last);
    }
  };

  return (
    <>
      <MentionList id={listId} onChoose={choose} />
      <textarea
        ref={field}
        class="composer-field"
        dir="auto"
        rows={1}
        spellcheck
        autocomplete="off"
        placeholder={strings.composerPlaceholder}
        aria-label={strings.composerLabel}
        aria-describedby={hintId}
        aria-multiline="true"
        data-testid="composer"
        readOnly={composer.isSending.value}
        value={composer.text.value}
        aria-haspopup="listbox"
        aria-controls={mentions.isOpen.value ? listId : undefined}
        aria-autocomplete="list"
        aria-activedescendant={
          mentions.isOpen.value ? `${listId}-${mentions.index.value}` : undefined
        }
        onInput={(event) => {
          composer.edit(event.currentTarget.value);
          look();
        }}
        onClick={look}
        onKeyDown={onKeyDown}
        onBlur={() => {
          composer.flush();
          mentions.close();
        }}
      />
      <span id={hintId} class="visually-hidden">
        {sendKey === 'enter'
          ? strings.composerHintEnter
          : fillTemplate(strings.composerHintModEnter, modKeyName())}
      </span>
    </>
  );
}

function ComposerBar({ field }: { field: RefObject<HTMLTextAreaElement | null> }): JSX.Element {
  const { composer, conversation, strings, post, follow } = usePanel();
  const isRunning = conversation.isRunning.value;
  return (
    <div class="composer-bar">
      <IconButton
        icon="attach"
        label={strings.attach.attach}
        testId="attach"
        onClick={() => post({ type: 'run', command: 'attach' })}
      />
      <ModelButton />
      <ToolModeSelect />
      <ToolsButton />
      <ContextMeter />
      <span class="grow" />
      {isRunning ? (
        <IconButton
          icon="debug-stop"
          class="stop-button"
          label={strings.stop}
          testId="stop"
          onClick={() => {
            post({ type: 'stop', turn: null });
            // The button goes away with the answer's end: the focus must not go with it.
            field.current?.focus();
          }}
        />
      ) : null}
      <IconButton
        icon="arrow-up"
        class="send-button"
        label={isRunning ? strings.queue : strings.send}
        testId="send"
        disabled={!composer.canSend.value}
        onClick={() => {
          field.current?.focus();
          follow.peek()?.jumpToLatest();
          void composer.send();
        }}
      />
    </div>
  );
}

function ModelButton(): JSX.Element {
  const { state, strings, post } = usePanel();
  const model = state.value?.modelLabel ?? strings.defaultModel;
  const effort = state.value?.effortLabel ?? null;
  const shown = effort === null ? model : `${model} · ${effort}`;
  const title =
    effort === null
      ? strings.chooseModel
      : `${strings.chooseModel} (${fillTemplate(strings.effort, effort)})`;
  return (
    <button
      type="button"
      class="model-button"
      title={title}
      aria-label={`${strings.chooseModel}: ${shown}`}
      onClick={() => post({ type: 'run', command: 'chooseModel' })}
    >
      <span class="model-name" dir="ltr">
        {shown}
      </span>
      <Icon name="chevron-down" />
    </button>
  );
}
