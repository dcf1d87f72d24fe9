const loneSurrogates = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** The text with halves of surrogate pairs replaced: a cut through an emoji must not spoil a request (T95). */
export function wellFormed(text: string): string {
  return text.replace(loneSurrogates, '\uFFFD');
}
