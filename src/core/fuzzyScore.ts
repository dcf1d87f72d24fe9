/** What begins a word: after a separator, or a capital after a small letter. */
const wordStart = /(?:^|[/\\._\- :])$/;

/**
 * How well a text answers what was typed: its letters in their order, better the nearer together, at the beginning of
 * words, and near the end of a path. Undefined where some are missing.
 */
export function fuzzyScore(typed: string, text: string): number | undefined {
  const [wanted, lower] = [typed.toLowerCase(), text.toLowerCase()];
  if (wanted === '') return 0;
  const whole = lower.lastIndexOf(wanted);
  if (whole !== -1) {
    const isStart = wordStart.test(text.slice(Math.max(0, whole - 1), whole));
    return 1_000 + (isStart ? 100 : 0) + wanted.length - (text.length - whole) / 100;
  }
  let [score, at, before] = [0, 0, -2];
  for (const letter of wanted) {
    at = lower.indexOf(letter, at);
    if (at === -1) return undefined;
    const isStart = wordStart.test(text.slice(Math.max(0, at - 1), at));
    const isHump = /[a-z][A-Z]/.test(text.slice(Math.max(0, at - 1), at + 1));
    score += at === before + 1 ? 8 : isStart || isHump ? 6 : 1;
    before = at++;
  }
  return score - text.length / 100;
}
