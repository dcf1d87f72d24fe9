import type { JSX } from 'preact';
import { matchingCommands } from '../../src/core/slashCommand';
import { usePanel, type Panel } from '../panel';

/** What can be called, while the composer's text is the beginning of a call. Tab takes the first. */
export function SlashList({ onTake }: { onTake: () => void }): JSX.Element | null {
  const panel = usePanel();
  const offered = matchingCommands(panel.composer.text.value, panel.state.value?.commands ?? []);
  if (offered.length === 0) return null;
  return (
    <ul class="slash-list" data-testid="slash-list">
      {offered.map(({ name, description }) => (
        <li key={name}>
          <button
            type="button"
            onClick={() => {
              panel.composer.edit(`/${name} `);
              onTake();
            }}
          >
            <span class="slash-name">/{name}</span>
            <span class="slash-description">{description}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Completes the call that is being written; false where there is none. */
export function completeSlash({ composer, state }: Panel): boolean {
  const [first] = matchingCommands(composer.text.peek(), state.peek()?.commands ?? []);
  if (first === undefined) return false;
  composer.edit(`/${first.name} `);
  return true;
}
