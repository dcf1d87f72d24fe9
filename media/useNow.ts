import { useEffect } from 'preact/hooks';
import { usePanel } from './panel';

/** The time (`performance.now()`); while `isTicking`, the component renders again a few times a second. */
export function useNow(isTicking: boolean): number {
  const { ticker } = usePanel();
  useEffect(() => {
    if (!isTicking) return undefined;
    const held = ticker.hold();
    return () => held.dispose();
  }, [ticker, isTicking]);
  const tickedAt = isTicking ? ticker.now.value : 0;
  return Math.max(tickedAt, performance.now());
}
