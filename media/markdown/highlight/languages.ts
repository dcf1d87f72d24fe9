import type { StreamParser } from '@codemirror/streamparser';
import {
  c,
  cpp,
  csharp,
  dart,
  java,
  kotlin,
  objectiveC,
  scala,
} from '@codemirror/legacy-modes/mode/clike';
import { cmake } from '@codemirror/legacy-modes/mode/cmake';
import { css, less, sCSS } from '@codemirror/legacy-modes/mode/css';
import { diff } from '@codemirror/legacy-modes/mode/diff';
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile';
import { go } from '@codemirror/legacy-modes/mode/go';
import { haskell } from '@codemirror/legacy-modes/mode/haskell';
import { javascript, json, typescript } from '@codemirror/legacy-modes/mode/javascript';
import { lua } from '@codemirror/legacy-modes/mode/lua';
import { perl } from '@codemirror/legacy-modes/mode/perl';
import { powerShell } from '@codemirror/legacy-modes/mode/powershell';
import { properties } from '@codemirror/legacy-modes/mode/properties';
import { protobuf } from '@codemirror/legacy-modes/mode/protobuf';
import { python } from '@codemirror/legacy-modes/mode/python';
import { r } from '@codemirror/legacy-modes/mode/r';
import { ruby } from '@codemirror/legacy-modes/mode/ruby';
import { rust } from '@codemirror/legacy-modes/mode/rust';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { standardSQL } from '@codemirror/legacy-modes/mode/sql';
import { swift } from '@codemirror/legacy-modes/mode/swift';
import { toml } from '@codemirror/legacy-modes/mode/toml';
import { html, xml } from '@codemirror/legacy-modes/mode/xml';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import type { LanguageId } from './languageNames';
import { LineTokenizer } from './lineTokenizer';

const parsers: Readonly<Record<LanguageId, StreamParser<unknown>>> = {
  c,
  cmake,
  cpp,
  csharp,
  css,
  dart,
  diff,
  dockerfile: dockerFile,
  go,
  haskell,
  html,
  java,
  javascript,
  json,
  kotlin,
  less,
  lua,
  objectiveC,
  perl,
  powerShell,
  properties,
  protobuf,
  python,
  r,
  ruby,
  rust,
  scala,
  scss: sCSS,
  shell,
  sql: standardSQL,
  swift,
  toml,
  typescript,
  xml,
  yaml,
};

/** A tokenizer at the start of a text in the language. */
export function tokenizerFor(language: LanguageId): LineTokenizer<unknown> {
  return new LineTokenizer(parsers[language]);
}
