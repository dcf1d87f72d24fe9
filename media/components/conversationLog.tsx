import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PlacedTurn } from '../conversationStore';
import { FollowMode } from '../followMode';
import { usePanel } from '../panel';
import { groupOf, TurnWindow } from '../turnWindow';
import { IconButton } from './buttons';
import { EmptyState } from './emptyState';
import { FindBar } from './findBar';
import { TurnView } from './turnView';

/** The conversation, which scrolls, and follows its end until the person says otherwise. */
export function ConversationLog(): JSX.Element {
  const { strings, settings, conversation, follow, turnWindow, turnHeights, scrollMemory } =
    usePanel();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (scroller.current === null || content.current === null || end.current === null) {
      return undefined;
    }
    const mode = new FollowMode(
      scroller.current,
      content.current,
      end.current,
      () => settings.peek().follow,
    );
    const shown = new TurnWindow(scroller.current, content.current, conversation, turnHeights);
    const memory = scrollMemory.attach(scroller.current, mode, shown);
    follow.value = mode;
    turnWindow.value = shown;
    return () => {
      follow.value = undefined;
      turnWindow.value = undefined;
      memory.dispose();
      shown.dispose();
      mode.dispose();
    };
  }, [settings, follow, turnWindow, conversation, turnHeights, scrollMemory]);

  const turns = conversation.turns.value;
  const isEmpty = conversation.isKnown.value && turns.length === 0;
  return (
    <div class="log-frame">
      <FindBar />
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
          {groupsOf(turns).map((members, index) => (
            <TurnGroup key={index} index={index} members={members} />
          ))}
        </div>
        <div ref={end} class="log-end" />
      </div>
      <JumpToLatest focusAfter={() => scroller.current?.focus()} />
    </div>
  );
}

/** Some turns; those that are not on the page leave their room. */
function TurnGroup({
  index,
  members,
}: {
  readonly index: number;
  readonly members: readonly PlacedTurn[];
}): JSX.Element {
  const { turnHeights } = usePanel();
  const height = members.reduce((sum, { outline }) => sum + turnHeights.of(outline), 0);
  if (members.every(({ turn }) => turn === undefined)) {
    return <div class="turn-group turn-gap" data-group={index} style={{ height: `${height}px` }} />;
  }
  return (
    <div
      class="turn-group"
      data-group={index}
      style={{ containIntrinsicBlockSize: `auto ${height}px` }}
    >
      {members.map(({ outline, turn }) =>
        turn === undefined ? (
          <div
            key={outline.id}
            class="turn-gap"
            style={{ height: `${turnHeights.of(outline)}px` }}
          />
        ) : (
          <TurnView key={outline.id} turn={turn} room={turnHeights.of(outline)} />
        ),
      )}
    </div>
  );
}

function JumpToLatest({ focusAfter }: { focusAfter: () => void }): JSX.Element | null {
  const { strings, follow } = usePanel();
  const mode = follow.value;
  if (mode === undefined || mode.atEnd.value) return null;
  if (mode.following.value && !mode.held) return null;
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

function groupsOf(turns: readonly PlacedTurn[]): readonly (readonly PlacedTurn[])[] {
  const groups: PlacedTurn[][] = [];
  for (const placed of turns) (groups[groupOf(placed.place)] ??= []).push(placed);
  return groups;
}
