import type { JSX } from 'preact';
import { Icon, type IconName } from './icon';

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly class?: string;
  readonly disabled?: boolean;
  readonly testId?: string;
}

/** A button that shows a glyph alone, named for a screen reader and on hover. */
export function IconButton(props: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
      data-testid={props.testId}
    >
      <Icon name={props.icon} />
    </button>
  );
}

interface TextButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly secondary?: boolean;
}

/** A button as VS Code draws them: the first one of a row is filled, the others are secondary. */
export function TextButton({ label, onClick, secondary }: TextButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={secondary === true ? 'text-button secondary' : 'text-button'}
      title={label}
      onClick={onClick}
    >
      {label}
    </button>
  );
}
