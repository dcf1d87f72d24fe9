/** What a token is to the eye: the names of its colours in markdown.css (`md-token-…`). */
export type TokenClass =
  | 'comment'
  | 'keyword'
  | 'string'
  | 'number'
  | 'constant'
  | 'type'
  | 'function'
  | 'property'
  | 'meta'
  | 'inserted'
  | 'deleted'
  | 'heading';

/** By the names of stream parsers' styles, the parts of which are joined by dots. */
const classes: Readonly<Record<string, TokenClass>> = {
  atom: 'constant',
  attribute: 'property',
  attributeName: 'property',
  attributeValue: 'string',
  bool: 'constant',
  builtin: 'function',
  character: 'string',
  className: 'type',
  color: 'constant',
  comment: 'comment',
  controlKeyword: 'keyword',
  definitionKeyword: 'keyword',
  deleted: 'deleted',
  docString: 'string',
  escape: 'constant',
  header: 'heading',
  heading: 'heading',
  inserted: 'inserted',
  keyword: 'keyword',
  labelName: 'meta',
  macroName: 'function',
  meta: 'meta',
  modifier: 'keyword',
  moduleKeyword: 'keyword',
  namespace: 'type',
  null: 'constant',
  number: 'number',
  operatorKeyword: 'keyword',
  processingInstruction: 'meta',
  property: 'property',
  propertyName: 'property',
  qualifier: 'keyword',
  regexp: 'string',
  self: 'keyword',
  special: 'string',
  string: 'string',
  tag: 'type',
  tagName: 'type',
  type: 'type',
  typeName: 'type',
  unit: 'number',
  url: 'string',
};

const known = new Map<string, TokenClass | undefined>();

/** The class of a parser's style, such as `variableName.function` or `string.special`. */
export function tokenClass(style: string): TokenClass | undefined {
  if (known.has(style)) return known.get(style);
  const kind = classOf(style);
  known.set(style, kind);
  return kind;
}

function classOf(style: string): TokenClass | undefined {
  for (const name of style.split(' ')) {
    const [base = '', ...modifiers] = name.split('.');
    if (base === 'variableName') {
      if (modifiers.includes('function') || modifiers.includes('standard')) return 'function';
      if (modifiers.includes('constant')) return 'constant';
      continue;
    }
    const kind = Object.hasOwn(classes, base) ? classes[base] : undefined;
    if (kind !== undefined) return kind;
  }
  return undefined;
}
