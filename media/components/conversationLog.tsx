import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PlacedTurn } from '../conversationStore';
import { FollowMode } from '../followMode';
import { usePanel } from '../panel';
import { IconButton } from './buttons';
import { EmptyState } from './emptyState';
import { TurnView } from './turnView';

/** Turns in one group, which the browser lays out and paints only near the screen. */
const groupSize = 16;

/** The conversation, which scrolls, and follows its end until the person says otherwise. */
export function ConversationLog(): JSX.Element {
  const { strings, conversation, follow } = usePanel();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (scroller.current === null || content.current === null || end.current === null) {
      return undefined;
    }
    const mode = new FollowMode(scroller.current, content.current, end.current);
    follow.value = mode;
    return () => {
      follow.value = undefined;
      mode.dispose();
    };
  }, [follow]);

  const turns = conversation.turns.value;
  const isEmpty = conversation.isKnown.value && turns.length === 0;
  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-live="off"
        aria-label={strings.conversation}
        tabIndex={0}
      >
        <div ref={content} class="log-content">
          {isEmpty ? <EmptyState /> : null}
          {groupsOf(turns).map(({ index, members }) => (
            <div key={index} class="turn-group">
              {members.map(({ turn }) => (
                <TurnView key={turn.id} turn={turn} />
              ))}
            </div>
          ))}
        </div>
        <div ref={end} class="log-end" />
      </div>
      <JumpToLatest focusAfter={() => scroller.current?.focus()} />
    </div>
  );
}

function JumpToLatest({ focusAfter }: { focusAfter: () => void }): JSX.Element | null {
  const { strings, follow } = usePanel();
  const mode = follow.value;
  if (mode === undefined || mode.following.value || mode.atEnd.value) return null;
  return (
    <IconButton
      icon="arrow-down"
      class="jump-button"
      label={strings.jumpToLatest}
      testId="jump-to-latest"
      onClick={() => {
        mode.jumpToLatest();
        focusAfter();
      }}
    />
  );
}

/** By place in the conversation, so that a group keeps its turns while earlier ones are still to come. */
function groupsOf(
  turns: readonly PlacedTurn[],
): readonly { readonly index: number; readonly members: readonly PlacedTurn[] }[] {
  const groups = new Map<number, PlacedTurn[]>();
  for (const placed of turns) {
    const index = Math.floor(placed.place / groupSize);
    const members = groups.get(index);
    if (members === undefined) groups.set(index, [placed]);
    else members.push(placed);
  }
  return [...groups].map(([index, members]) => ({ index, members }));
}
