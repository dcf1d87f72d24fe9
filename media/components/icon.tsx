import type { JSX } from 'preact';

/** The glyphs that styles/codicons.css knows. */
export type IconName =
  | 'arrow-down'
  | 'arrow-up'
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
  | 'error'
  | 'file-code'
  | 'folder-opened'
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
  | 'tools'
  | 'warning';

/** A glyph of VS Code's own icon font. Says nothing to a screen reader: what it stands beside does. */
export function Icon({ name, spins }: { name: IconName; spins?: boolean }): JSX.Element {
  const spin = spins === true ? ' codicon-modifier-spin' : '';
  return <span class={`codicon codicon-${name}${spin}`} aria-hidden="true" />;
}
