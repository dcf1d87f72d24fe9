import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(import.meta.dirname, '../..');

/** What a layer may import (ARCHITECTURE.md, "Layers"). Packages count with everything below them. */
interface Layer {
  readonly folder: string;
  readonly layers: readonly string[];
  readonly packages?: readonly string[];
  /** Only by `import type`. */
  readonly typesOfPackages?: readonly string[];
}

const layers: readonly Layer[] = [
  {
    folder: 'src/core',
    layers: ['src/core'],
    // Pure, as core is.
    packages: ['diff'],
    typesOfPackages: ['@anthropic-ai/sdk'],
  },
  { folder: 'src/protocol', layers: ['src/protocol', 'src/core'] },
  {
    folder: 'src/node',
    layers: ['src/core', 'src/node'],
    // VS Code routes `http` and `https` through its proxy settings under these names.
    packages: ['node:', 'http', 'https', '@anthropic-ai/sdk', 'ignore', 'picomatch'],
  },
  {
    folder: 'src/host',
    layers: ['src/core', 'src/node', 'src/protocol', 'src/host'],
    packages: ['vscode', 'node:crypto'],
  },
  {
    folder: 'media',
    layers: ['src/core', 'src/protocol', 'media'],
    packages: [
      'preact',
      '@preact/signals',
      'markdown-it',
      'katex',
      '@codemirror',
      '@vscode/codicons',
    ],
  },
  { folder: 'src/extension.ts', layers: ['src/host'], packages: ['vscode'] },
];

/** The one place that gives randomness to the parts which need it. */
const composition = 'src/host/compose.ts';

/** Sources of time and timers that core must not use: it has `Clock`. */
const timeSources = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'performance',
]);

interface Import {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

/** Everything wrong with a file, each line naming the file, the line and the rule. */
function violations(file: string, source: string): string[] {
  const found: string[] = [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const complain = (node: ts.Node, rule: string): void => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push(`${file}:${line}: ${rule}`);
  };
  const layer = layers.find(({ folder }) => file === folder || file.startsWith(`${folder}/`));
  if (layer === undefined) return [`${file}:1: belongs to no layer`];
  if (/(^misc|^common|utils?|helpers?)\.tsx?$/i.test(path.basename(file))) {
    found.push(`${file}:1: is named after no concept`);
  }
  const visit = (node: ts.Node): void => {
    const imported = importOf(node);
    if (imported !== undefined) {
      const rule = importRule(file, layer, imported);
      if (rule !== undefined) complain(node, rule);
    }
    const rule = syntaxRule(file, layer, node);
    if (rule !== undefined) complain(node, rule);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const isTypeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, isTypeOnly };
  }
  if (
    ts.isExportDeclaration(node) &&
    node.moduleSpecifier !== undefined &&
    ts.isStringLiteral(node.moduleSpecifier)
  ) {
    return { specifier: node.moduleSpecifier.text, isTypeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    if (ts.isStringLiteral(literal)) return { specifier: literal.text, isTypeOnly: true };
  }
  if (ts.isCallExpression(node)) {
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
    const [argument] = node.arguments;
    if ((isImport || isRequire) && argument !== undefined && ts.isStringLiteralLike(argument)) {
      return { specifier: argument.text, isTypeOnly: false };
    }
  }
  return undefined;
}

function importRule(file: string, layer: Layer, imported: Import): string | undefined {
  const { specifier, isTypeOnly } = imported;
  const says = (rule: string): string => `imports '${specifier}': ${rule}`;
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    if (/\.(ts|tsx|js|mjs)$/.test(target)) return says('relative imports have no extension');
    const isIn = (folder: string): boolean => target.startsWith(`${folder}/`);
    if (layer.layers.some(isIn)) return undefined;
    return says(`${layer.folder} may import only ${listed(layer)}`);
  }
  const isOf = (name: string): boolean =>
    specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`);
  if ((layer.packages ?? []).some(isOf)) return undefined;
  if (!(layer.typesOfPackages ?? []).some(isOf)) {
    return says(`${layer.folder} may import only ${listed(layer)}`);
  }
  return isTypeOnly ? undefined : says('only its types, by `import type`');
}

function listed({ layers: own, packages, typesOfPackages }: Layer): string {
  const types = (typesOfPackages ?? []).map((name) => `types of ${name}`);
  return [...own, ...(packages ?? []), ...types].join(', ');
}

function syntaxRule(file: string, layer: Layer, node: ts.Node): string | undefined {
  if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) {
    return isDefaultClause(node) ? undefined : 'has a default export: name what you export';
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const isBarrel = node.exportClause === undefined || ts.isNamespaceExport(node.exportClause);
    return isBarrel ? 'exports all of another file: import from the file itself' : undefined;
  }
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'uses `any`: say `unknown` and check';
  if (ts.isInterfaceDeclaration(node) && /^I[A-Z]/.test(node.name.text)) {
    return `${node.name.text} has an I before its name`;
  }
  if (ts.isPropertyAccessExpression(node)) {
    const access = `${node.expression.getText()}.${node.name.text}`;
    if (access === 'Math.random' && file !== composition) {
      return `uses Math.random: randomness is given by ${composition}`;
    }
    if (access === 'Date.now' && layer.folder === 'src/core')
      return 'uses Date.now: core has Clock';
  }
  if (layer.folder !== 'src/core') return undefined;
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return node.arguments?.length ? undefined : 'reads the time: core has Clock';
  }
  const isName =
    ts.isIdentifier(node) &&
    !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node);
  return isName && timeSources.has(node.text) ? `uses ${node.text}: core has Clock` : undefined;
}

/** `default:` of a switch is the same keyword as that of an export. */
function isDefaultClause(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.DefaultKeyword && !ts.canHaveModifiers(node.parent);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')));
}

describe('Layers', function () {
  this.timeout(60_000);

  it('are kept by every file of src and media', () => {
    const files = [...sourceFiles('src'), ...sourceFiles('media')];
    assert.ok(files.length > 50, `only ${files.length} files were found`);
    const found = files.flatMap((file) =>
      violations(file, readFileSync(path.join(root, file), 'utf8')),
    );
    assert.equal(found.join('\n'), '');
  });

  /** A file, what stands in it, and what must be said about it. */
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['src/core/a.ts', "import { A } from '../node/b';", /may import only src\/core/],
    ['src/core/a.ts', "import fs from 'node:fs';", /may import only/],
    ['src/core/a.ts', "import * as vscode from 'vscode';", /may import only/],
    ['src/core/a.ts', "import { A } from '../../test/unit/b';", /may import only/],
    ['src/core/a.ts', "import { A } from '@anthropic-ai/sdk';", /by `import type`/],
    ['src/core/a.ts', "import { type A } from '@anthropic-ai/sdk';", /by `import type`/],
    ['src/core/a.ts', "const a = await import('@anthropic-ai/sdk');", /by `import type`/],
    ['src/core/a.ts', 'const t = Date.now();', /Date\.now: core has Clock/],
    ['src/core/a.ts', 'const t = new Date();', /core has Clock/],
    ['src/core/a.ts', 'setTimeout(() => {}, 1);', /setTimeout: core has Clock/],
    ['src/core/a.ts', 'const t = performance.now();', /performance: core has Clock/],
    ['src/core/a.ts', "import { A } from './b.ts';", /no extension/],
    [
      'src/protocol/a.ts',
      "import { A } from '../host/b';",
      /may import only src\/protocol, src\/core/,
    ],
    ['src/node/a.ts', "import * as vscode from 'vscode';", /may import only/],
    ['src/node/a.ts', "import type { A } from '../host/b';", /may import only/],
    ['src/node/a.ts', "import type { A } from '../protocol/b';", /may import only/],
    ['src/host/a.ts', "import { A } from '../../media/b';", /may import only/],
    ['src/host/a.ts', "import Anthropic from '@anthropic-ai/sdk';", /may import only/],
    ['src/extension.ts', "import { A } from './core/b';", /may import only src\/host/],
    ['media/a.tsx', "import { A } from '../src/host/b';", /may import only/],
    ['media/a.tsx', "import { A } from '../src/node/b';", /may import only/],
    ['media/a.tsx', "import * as vscode from 'vscode';", /may import only/],
    ['media/a.tsx', "const fs = require('fs');", /may import only/],
    ['media/a.tsx', "type A = import('vscode').Uri;", /may import only/],
    ['src/host/a.ts', 'export default class A {}', /default export/],
    ['src/host/a.ts', 'const a = 1; export default a;', /default export/],
    ['src/host/a.ts', "export * from './b';", /exports all/],
    ['src/host/a.ts', "export * as b from './b';", /exports all/],
    ['src/host/a.ts', 'function f(a: any): void {}', /`any`/],
    ['src/host/a.ts', 'const a = b as any;', /`any`/],
    ['src/host/a.ts', 'const a = new Map<string, any>();', /`any`/],
    ['src/host/a.ts', 'interface IThing { a: 1 }', /I before its name/],
    ['src/host/a.ts', 'const r = Math.random();', /Math\.random/],
    ['src/host/utils.ts', '', /named after no concept/],
    ['media/stringHelpers.ts', '', /named after no concept/],
    ['src/shared/a.ts', '', /belongs to no layer/],
  ];

  for (const [file, source, rule] of broken) {
    it(`notice ${source === '' ? 'the name' : source} in ${file}`, () => {
      const found = violations(file, source);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0]!, rule);
      assert.ok(found[0]?.startsWith(`${file}:1: `));
    });
  }

  it('let pass what is allowed', () => {
    const allowed: readonly (readonly [string, string])[] = [
      ['src/core/a.ts', "import type { A } from '@anthropic-ai/sdk/resources/messages';"],
      ['src/core/a.ts', "import { B } from './b'; const d = new Date(0); clock.setTimer(1, f);"],
      ['src/core/a.ts', 'switch (x) { default: break; }'],
      ['src/protocol/a.ts', "import { A } from '../core/b'; import { C } from './c';"],
      ['src/node/a.ts', "import fs from 'node:fs/promises'; import { A } from '../core/b';"],
      ['src/host/a.ts', "import * as vscode from 'vscode'; import { A } from '../node/b';"],
      [composition, 'const random = Math.random;'],
      ['src/extension.ts', "import { compose } from './host/compose';"],
      ['media/a.tsx', "import { useState } from 'preact/hooks'; import '../media/view.css';"],
      ['media/markdown/a.ts', "import { A } from '../../src/core/b'; import { B } from '../b';"],
    ];
    for (const [file, source] of allowed) assert.deepEqual(violations(file, source), []);
  });
});
