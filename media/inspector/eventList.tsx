import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from './context';
import { rowContent, type Row } from './row';

/** Fixed, in px, so that any of 100,000 rows is found without laying out the others. */
const rowHeight = 22;
/** Rows above and below what is seen, for a scroll that outruns the next frame. */
const spare = 12;

/** The events as they came. Only the rows that can be seen are in the page. */
export function EventList(): JSX.Element {
  const { model, strings, formats } = usePage();
  const viewport = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  /** Whether the end is in sight: only then what comes scrolls the list. */
  const atEnd = useRef(true);
  const [height, setHeight] = useState(400);
  const rows = model.rows.value;
  const current = model.current.value;
  const isFollowing = model.selected.value === undefined;

  useEffect(() => {
    const element = viewport.current;
    if (element === null) return undefined;
    const sizes = new ResizeObserver(() => setHeight(element.clientHeight));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = viewport.current;
    if (element === null || (isFollowing && !atEnd.current)) return;
    const place = isFollowing ? rows.length - 1 : rows.findIndex((row) => row === current);
    if (place < 0) return;
    const rowTop = place * rowHeight;
    if (rowTop < element.scrollTop) element.scrollTop = rowTop;
    else if (rowTop + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = rowTop + rowHeight - element.clientHeight;
    }
    // While one is selected, what comes must not scroll the list.
  }, [isFollowing, isFollowing ? rows : current]);

  const select = (place: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (row !== undefined) model.selected.value = row.index;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const place = rows.findIndex((row) => row === current);
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const to = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page }[event.key];
    if (to !== undefined) select(place + to);
    else if (event.key === 'Home') select(0);
    else if (event.key === 'End') select(rows.length - 1);
    else if (event.key === 'Escape') model.selected.value = undefined;
    else return;
    event.preventDefault();
  };

  // A filter may leave fewer rows than were scrolled past, before the browser says that it has moved.
  const from = Math.min(top, Math.max(0, rows.length * rowHeight - height));
  const first = Math.max(0, Math.floor(from / rowHeight) - spare);
  const last = Math.min(rows.length, Math.ceil((from + height) / rowHeight) + spare);
  return (
    <section class="events">
      <div class="event-row head" aria-hidden="true">
        <span class="number">{strings.columnTime}</span>
        <span class="number">{strings.columnGap}</span>
        <span>{strings.columnType}</span>
        <span>{strings.columnContent}</span>
        <span class="number">{strings.columnSize}</span>
      </div>
      <div
        ref={viewport}
        class="event-viewport"
        role="listbox"
        tabIndex={0}
        aria-label={strings.events}
        aria-activedescendant={current === undefined ? undefined : `row-${current.index}`}
        data-testid="events"
        onScroll={({ currentTarget: element }) => {
          setTop(element.scrollTop);
          atEnd.current =
            element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
        }}
        onKeyDown={onKeyDown}
      >
        <div class="event-space" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, last).map((row, offset) => (
            <EventRow
              key={row.index}
              row={row}
              place={first + offset}
              count={rows.length}
              isCurrent={row === current}
              time={formats.milliseconds(row.sinceRequestMs)}
              gap={row.gapMs === undefined ? '' : formats.milliseconds(row.gapMs)}
              size={row.size === undefined ? '' : formats.count(row.size)}
              onPick={() => (model.selected.value = row.index)}
            />
          ))}
        </div>
        {rows.length === 0 ? <p class="none">{strings.noneMatch}</p> : null}
      </div>
    </section>
  );
}

interface EventRowProps {
  readonly row: Row;
  readonly place: number;
  readonly count: number;
  readonly isCurrent: boolean;
  readonly time: string;
  readonly gap: string;
  readonly size: string;
  readonly onPick: () => void;
}

function EventRow(props: EventRowProps): JSX.Element {
  const { row, place, count, isCurrent } = props;
  const isStall = (row.gapMs ?? 0) >= 2_000;
  return (
    <div
      id={`row-${row.index}`}
      class={`event-row kind-${row.record.kind}${isCurrent ? ' current' : ''}`}
      role="option"
      aria-selected={isCurrent}
      aria-posinset={place + 1}
      aria-setsize={count}
      data-type={row.type}
      style={{ transform: `translateY(${place * rowHeight}px)` }}
      onClick={props.onPick}
    >
      <span class="number">{props.time}</span>
      <span class={isStall ? 'number stall' : 'number'}>{props.gap}</span>
      <span class="type">{row.type}</span>
      <span class="content">{rowContent(row)}</span>
      <span class="number">{props.size}</span>
    </div>
  );
}
