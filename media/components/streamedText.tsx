import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { BlockModel } from '../blockModel';
import { usePanel } from '../panel';
import { PlainTextView } from '../plainTextView';
import { SafeTextView } from '../safeTextView';

interface StreamedTextProps {
  readonly block: BlockModel;
  readonly as: 'markdown' | 'plain';
}

/** A block's text, put into the page as it comes. The component renders once: the text goes past it. */
export function StreamedText({ block, as }: StreamedTextProps): JSX.Element {
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
    const attached = block.attach(view);
    return () => {
      attached.dispose();
      view.dispose();
      view.element.remove();
    };
  }, [panel, block, as, life]);
  return <div ref={place} />;
}
