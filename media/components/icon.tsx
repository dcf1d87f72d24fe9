import type { JSX } from 'preact';

/** The glyphs that styles/codicons.css knows. */
export type IconName =
  | 'arrow-down'
  | 'arrow-up'
  | 'attach'
  | 'bug'
  | 'check'
  | 'chevron-down'
  | 'chevron-right'
  | 'circle-slash'
  | 'close'
  | 'comment-discussion'
  | 'copy'
  | 'debug-continue'
  | 'debug-disconnect'
  | 'debug-pause'
  | 'debug-step-over'
  | 'debug-stop'
  | 'diff'
  | 'discard'
  | 'error'
  | 'file'
  | 'file-code'
  | 'file-media'
  | 'file-pdf'
  | 'folder'
  | 'folder-opened'
  | 'git-commit'
  | 'globe'
  | 'history'
  | 'info'
  | 'key'
  | 'loading'
  | 'lock'
  | 'play'
  | 'pulse'
  | 'question'
  | 'refresh'
  | 'run-all'
  | 'save'
  | 'server'
  | 'symbol-method'
  | 'terminal'
  | 'tools'
  | 'warning';

/** A glyph of VS Code's own icon font. Says nothing to a screen reader: what it stands beside does. */
export function Icon({ name, spins }: { name: IconName; spins?: boolean }): JSX.Element {
  const spin = spins === true ? ' codicon-modifier-spin' : '';
  return <span class={`codicon codicon-${name}${spin}`} aria-hidden="true" />;
}
