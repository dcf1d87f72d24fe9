import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from './context';
import { drawTimeline, timeAt, timelineHeight } from './drawTimeline';

/** The whole stream over time, on one canvas: drawn when something changed, never by itself. */
export function Timeline(): JSX.Element {
  const { model, strings, formats } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [theme, setTheme] = useState(0);
  const shown = model.shown.value;
  const figures = model.figures.value;
  const selectedMs = model.current.value?.record.atMs;
  const { position } = model.replay.value;

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const sizes = new ResizeObserver(() => setWidth(element.clientWidth));
    sizes.observe(element);
    const themes = new MutationObserver(() => setTheme((count) => count + 1));
    themes.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
    };
  }, []);

  useEffect(() => {
    if (canvas.current === null || shown === undefined || figures === undefined || width === 0)
      return;
    const replayMs =
      position === null ? undefined : shown.inspection.records[Math.max(0, position - 1)]?.atMs;
    drawTimeline(canvas.current, {
      ...shown,
      figures,
      selectedMs,
      replayMs,
      width,
      strings,
      formats,
    });
  }, [shown, figures, selectedMs, position, width, theme, strings, formats]);

  return (
    <div class="timeline">
      <canvas
        ref={canvas}
        role="img"
        aria-label={strings.timeline}
        title={strings.timelineHint}
        style={{ width: '100%', height: `${timelineHeight}px` }}
        onClick={(event) => {
          if (figures !== undefined) model.selectAt(timeAt(event.offsetX, width, figures.endMs));
        }}
      />
    </div>
  );
}
