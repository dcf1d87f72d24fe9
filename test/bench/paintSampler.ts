import type { Frame } from 'playwright-core';

/** What a page saw of an answer that was streamed into it. Times in ms since the epoch. */
export interface PaintSamples {
  /** When each mark was first on screen, by its number; a later mark stands for those before it. */
  readonly marks: readonly (readonly [mark: number, at: number])[];
  /** The longest task, in ms, and how many took over 50 ms (W3C Long Tasks). */
  readonly longestTaskMs: number;
  readonly longTasks: number;
  /** Messages from the extension host. */
  readonly messages: number;
}

/**
 * Looks at the end of the text after every paint: a frame, then a message. It reads no more than the last few text
 * nodes, so that what it costs does not grow with the answer.
 *
 * @param root - selects the element that the answer grows in; the last one counts.
 */
export async function startSampling(frame: Frame, root: string): Promise<void> {
  await frame.evaluate((root) => {
    const samples = {
      marks: [] as [number, number][],
      longestTaskMs: 0,
      longTasks: 0,
      messages: 0,
      stop: undefined as (() => void) | undefined,
    };
    const channel = new MessageChannel();
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        samples.longestTaskMs = Math.max(samples.longestTaskMs, duration);
        samples.longTasks++;
      }
    });
    observer.observe({ type: 'longtask' });
    const over = new AbortController();
    window.addEventListener('message', () => samples.messages++, { signal: over.signal });
    let last = -1;
    let isOver = false;
    channel.port1.onmessage = () => {
      const all = document.querySelectorAll(root);
      const element = all[all.length - 1];
      if (element !== undefined) {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        walker.currentNode = element;
        let text = '';
        for (
          let node = walker.lastChild(), n = 0;
          node !== null && n < 60 && text.length < 400;
          node = walker.previousNode(), n++
        ) {
          text = (node.textContent ?? '').slice(-400) + text;
        }
        let mark = -1;
        for (const [, number] of text.matchAll(/⟦(\d+)⟧/g)) mark = Math.max(mark, Number(number));
        if (mark > last) {
          last = mark;
          samples.marks.push([mark, performance.timeOrigin + performance.now()]);
        }
      }
      if (!isOver) requestAnimationFrame(() => channel.port2.postMessage(null));
    };
    samples.stop = (): void => {
      isOver = true;
      observer.disconnect();
      over.abort();
    };
    (window as unknown as { samples: typeof samples }).samples = samples;
    requestAnimationFrame(() => channel.port2.postMessage(null));
  }, root);
}

export async function stopSampling(frame: Frame): Promise<PaintSamples> {
  return frame.evaluate(() => {
    const { samples } = window as unknown as { samples: PaintSamples & { stop: () => void } };
    samples.stop();
    const { marks, longestTaskMs, longTasks, messages } = samples;
    return { marks, longestTaskMs, longTasks, messages };
  });
}
