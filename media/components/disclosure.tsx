import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon';

interface DisclosureProps {
  readonly label: ComponentChildren;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly children: ComponentChildren;
}

/** A line that shows and hides what belongs to it. What is hidden is not in the page. */
export function Disclosure({ label, isOpen, onToggle, children }: DisclosureProps): JSX.Element {
  const id = useId();
  return (
    <div class="disclosure">
      <button
        type="button"
        class="disclosure-button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={onToggle}
      >
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
        {label}
      </button>
      {isOpen ? (
        <div id={id} class="disclosure-content">
          {children}
        </div>
      ) : null}
    </div>
  );
}
