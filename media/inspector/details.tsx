import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isJsonObject, parseJson } from '../../src/core/json';
import type { BlockMoment } from '../../src/core/streamInspection';
import type { WireRecord } from '../../src/core/wireRecord';
import type { InspectorStrings } from '../../src/protocol/inspectorStrings';
import { IconButton } from '../components/buttons';
import { fillTemplate } from '../fillTemplate';
import { usePage } from './context';

/** Characters of JSON that are shown: more is for a file. */
const mostJson = 100_000;
/** Characters of a block before what is new in it. */
const textBefore = 4_000;
const mostText = 20_000;

/** What is selected, as it came; and the message as it was then, with what that changed. */
export function Details(): JSX.Element {
  const { model, strings, post } = usePage();
  const row = model.current.value;
  const shown = model.shown.value;
  if (row === undefined || shown === undefined) {
    return <p class="none">{strings.pickHint}</p>;
  }
  const json = prettyJson(rawOf(row.record, shown.inspection.records, row.index));
  return (
    <>
      <section class="pane" aria-label={strings.selected}>
        <header>
          <h2>{headingOf(row.record, strings)}</h2>
          <IconButton
            icon="copy"
            label={strings.selected}
            onClick={() => post({ type: 'copy', text: json })}
          />
        </header>
        <pre class="json" data-testid="event-json" tabIndex={0}>
          {tokens(json.slice(0, mostJson))}
        </pre>
      </section>
      <section class="pane" aria-label={strings.message}>
        <header>
          <h2>{strings.message}</h2>
        </header>
        <Message index={row.index} />
      </section>
    </>
  );
}

function Message({ index }: { index: number }): JSX.Element {
  const { model, strings, formats } = usePage();
  const pane = useRef<HTMLDivElement>(null);
  const moment = model.shown.value?.inspection.at(index);
  useLayoutEffect(() => {
    const added = pane.current?.querySelector('.new')?.getBoundingClientRect();
    const around = pane.current?.getBoundingClientRect();
    if (pane.current === null || added === undefined || around === undefined) return;
    // The pane alone is moved: in a narrow tab the page around it scrolls too.
    if (added.top < around.top) pane.current.scrollTop += added.top - around.top - 8;
    else if (added.bottom > around.bottom) {
      pane.current.scrollTop += Math.min(added.bottom - around.bottom + 8, added.top - around.top);
    }
  });
  if (moment === undefined) return <div />;
  const added = moment.blocks.reduce((sum, { text, newFrom }) => sum + text.length - newFrom, 0);
  const changes = [
    ...(moment.statusChanged ? [fillTemplate(strings.changedStatus, moment.status.kind)] : []),
    ...(added > 0 ? [fillTemplate(strings.changedText, formats.count(added))] : []),
    ...moment.blocks
      .filter(({ changed }) => changed)
      .map(({ head, state }) => `${headName(head, strings)}: ${state}`),
  ];
  return (
    <div ref={pane} class="message" data-testid="message" tabIndex={0}>
      <p class="changes" data-testid="changes">
        {changes.length === 0 ? strings.changedNothing : changes.join(' · ')}
      </p>
      {moment.blocks.map((block) => (
        <Block key={block.id} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { block: BlockMoment }): JSX.Element {
  const { strings } = usePage();
  const { head, attempt, state, text, newFrom, changed } = block;
  const from = Math.max(0, newFrom - textBefore);
  return (
    <div class={`block ${state}${changed ? ' changed' : ''} of-${head.kind}`}>
      <p class="block-head">
        <span>{headName(head, strings)}</span>
        <span>{fillTemplate(strings.attempt, String(attempt))}</span>
        <span>{state}</span>
      </p>
      {text === '' ? null : (
        <pre dir="auto">
          {from > 0 ? '… ' : ''}
          {text.slice(from, newFrom)}
          {newFrom < text.length ? (
            <mark class="new">{text.slice(newFrom, newFrom + mostText)}</mark>
          ) : null}
        </pre>
      )}
    </div>
  );
}

function headName(head: BlockMoment['head'], strings: InspectorStrings): string {
  switch (head.kind) {
    case 'text':
      return strings.text;
    case 'thinking':
    case 'redacted_thinking':
      return strings.thinking;
    case 'tool_use':
    case 'server_tool_use':
      return fillTemplate(strings.tool, head.name);
    case 'server_tool_result':
    case 'unknown':
      return head.type;
    case 'tool_run':
    case 'tool_result':
      return head.kind;
    case 'attachment':
      return head.attachment.path;
  }
}

function headingOf(record: WireRecord, strings: InspectorStrings): string {
  if (record.kind === 'request') return strings.request;
  return record.kind === 'headers' ? strings.response : strings.selected;
}

/** The request with the head that followed it; of an event its data, parsed where it is JSON. */
function rawOf(record: WireRecord, records: readonly WireRecord[], index: number): unknown {
  switch (record.kind) {
    case 'request': {
      const next = records[index + 1];
      const sent = next?.kind === 'sent' ? next : undefined;
      return {
        ...(sent === undefined
          ? {}
          : { method: sent.method, url: sent.url, headers: sent.headers }),
        body: { ...record.request, stream: true },
      };
    }
    case 'headers':
      return { status: record.status, headers: record.headers };
    case 'event':
      return parseJson(record.data) ?? record.data;
    case 'cut':
      return record.fault;
    case 'end':
      return record.status;
    case 'run':
    case 'sent':
    case 'painted':
      return record;
  }
}

function prettyJson(value: unknown): string {
  return isJsonObject(value) || Array.isArray(value)
    ? JSON.stringify(value, null, 2)
    : String(value);
}

const jsonToken = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d[\d.eE+-]*)/g;

function tokens(json: string): (JSX.Element | string)[] {
  const parts: (JSX.Element | string)[] = [];
  let at = 0;
  for (const match of json.matchAll(jsonToken)) {
    const [whole, string, colon, word] = match;
    parts.push(json.slice(at, match.index));
    at = match.index + whole.length;
    if (string !== undefined) {
      parts.push(<span class={colon === undefined ? 'string' : 'name'}>{string}</span>);
      parts.push(colon ?? '');
    } else {
      parts.push(<span class={word === undefined ? 'numeral' : 'word'}>{whole}</span>);
    }
  }
  parts.push(json.slice(at));
  return parts;
}
