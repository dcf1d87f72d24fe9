import katex from 'katex';

/** Deeper and larger formulas stay text: browsers lay out deep trees slowly, or fail. */
const deepest = 120;
const mostElements = 5_000;

/**
 * The formula as MathML, which the browser lays out by itself. Nothing in it loads, links or names a class; sizes and
 * macros are bounded.
 *
 * @throws where the TeX has an error, or is too deep or too large.
 */
export function mathsMarkup(tex: string, isDisplay: boolean): Element {
  const holder = document.createElement('span');
  katex.render(tex, holder, {
    output: 'mathml',
    displayMode: isDisplay,
    throwOnError: true,
    trust: false,
    strict: 'ignore',
    errorColor: 'currentcolor',
    // In em.
    maxSize: 20,
    maxExpand: 300,
  });
  const math = holder.querySelector('math');
  if (math === null) throw new Error('no formula came of the TeX');
  // The source stands beside it already.
  math.querySelector('annotation')?.remove();
  checkSize(math);
  return math;
}

function checkSize(root: Element): void {
  let level: Element[] = [root];
  let elements = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    elements += level.length;
    if (depth > deepest || elements > mostElements) throw new Error('the formula is too large');
    level = level.flatMap((element) => [...element.children]);
  }
}
