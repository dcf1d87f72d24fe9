import { hostileTexts } from '../markdown/hostileTexts';
import { closeBrowser, openMarkdownPage } from '../markdown/markdownPage';
import type { BenchRow } from './benchRow';

const size = 100_000;
/** UTF-16 units in a frame. */
const pieceSize = 1_000;

/** The longest task, layout and paint included, while hostile text streams into the markdown view a kilobyte a frame. */
export async function benchHostileTexts(): Promise<BenchRow[]> {
  const page = await openMarkdownPage();
  const rows: BenchRow[] = [];
  try {
    for (const [name, make] of Object.entries(hostileTexts)) {
      const { longest, append } = await page.evaluate(
        async ([text, pieceSize]) => {
          let longest = 0;
          const observer = new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
          });
          observer.observe({ type: 'longtask' });
          const view = window.markdownTest.create();
          let append = 0;
          for (let at = 0; at < text.length; at += pieceSize) {
            const before = performance.now();
            view.append(text.slice(at, at + pieceSize));
            append = Math.max(append, performance.now() - before);
            await new Promise((resolve) => requestAnimationFrame(resolve));
          }
          view.end();
          await new Promise((resolve) => setTimeout(resolve, 200));
          observer.disconnect();
          view.dispose();
          return { longest, append };
        },
        [make(size), pieceSize] as const,
      );
      const task = longest === 0 ? 'under 50' : longest.toFixed(0);
      rows.push({
        what: `hostile text, ${name}: longest task, longest step of ours`,
        value: `${task} ms, ${append.toFixed(0)} ms`,
      });
    }
  } finally {
    await closeBrowser();
  }
  return rows;
}
