import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { BlockModel } from '../blockModel';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { PlainTextView } from '../plainTextView';
import { SafeTextView } from '../safeTextView';
import type { TurnModel } from '../turnModel';
import { TextButton } from './buttons';

interface StreamedTextProps {
  readonly turn: TurnModel;
  readonly block: BlockModel;
  readonly as: 'markdown' | 'plain';
}

/** UTF-16 units on the page: more than anybody reads there, and than a page takes well. The rest opens in an editor. */
export const limits = { markdown: 2_000_000, plain: 100_000 } as const;

/** A block's text, put into the page as it comes. The component renders once: the text goes past it. */
export function StreamedText({ turn, block, as }: StreamedTextProps): JSX.Element {
  const panel = usePanel();
  const place = useRef<HTMLDivElement>(null);
  const life = block.life.value;
  useLayoutEffect(() => {
    const view = new SafeTextView({
      create: () =>
        as === 'markdown' ? panel.createMarkdownView() : new PlainTextView('plain-text'),
      text: () => block.text,
      brokenText: panel.strings.brokenBlock,
      onError: panel.reportError,
    });
    place.current?.append(view.element);
    const attached = block.attach(view, limits[as]);
    return () => {
      attached.dispose();
      view.dispose();
      view.element.remove();
    };
  }, [panel, block, as, life]);
  return (
    <>
      <div ref={place} />
      <RestElsewhere turn={turn} block={block} limit={limits[as]} />
    </>
  );
}

/** Says that there is more where there is, and opens all of it. */
export function RestElsewhere({
  turn,
  block,
  limit,
}: {
  readonly turn: TurnModel;
  readonly block: BlockModel;
  /** UTF-16 units that are on the page. */
  readonly limit: number;
}): JSX.Element | null {
  const { strings, formats, post } = usePanel();
  if (!block.isShownInPart.value) return null;
  return (
    <p class="note shown-in-part">
      <span>{fillTemplate(strings.shownInPart, formats.count(limit))}</span>
      <TextButton
        label={strings.openBlock}
        secondary
        onClick={() => post({ type: 'openBlock', turn: turn.id, block: block.id })}
      />
    </p>
  );
}
