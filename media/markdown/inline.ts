/** One piece of a block's text. Each is shown by one node. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'break' }
  /** `source` has the delimiters, `tex` is what they enclose. */
  | {
      readonly kind: 'maths';
      readonly source: string;
      readonly tex: string;
      readonly isDisplay: boolean;
    }
  | {
      readonly kind: 'emphasis';
      readonly tag: 'em' | 'strong' | 's';
      readonly children: readonly Inline[];
    }
  | {
      readonly kind: 'link';
      readonly href: string;
      readonly title: string;
      readonly children: readonly Inline[];
    }
  /** `text` stands for the picture, which is never loaded by itself. */
  | {
      readonly kind: 'image';
      readonly href: string;
      readonly title: string;
      readonly text: string;
    };

export function areSameInlines(left: readonly Inline[], right: readonly Inline[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((each, index) => {
    const other = right[index];
    return other !== undefined && isSameInline(each, other);
  });
}

export function isSameInline(left: Inline, right: Inline): boolean {
  switch (left.kind) {
    case 'text':
    case 'code':
      return left.kind === right.kind && left.text === right.text;
    case 'break':
      return right.kind === 'break';
    case 'maths':
      return right.kind === 'maths' && left.source === right.source;
    case 'emphasis':
      return (
        right.kind === 'emphasis' &&
        left.tag === right.tag &&
        areSameInlines(left.children, right.children)
      );
    case 'link':
      return (
        right.kind === 'link' &&
        left.href === right.href &&
        left.title === right.title &&
        areSameInlines(left.children, right.children)
      );
    case 'image':
      return (
        right.kind === 'image' &&
        left.href === right.href &&
        left.title === right.title &&
        left.text === right.text
      );
  }
}
