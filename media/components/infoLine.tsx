import type { JSX } from 'preact';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { Icon } from './icon';

/** Below the composer, and only where there is something out of the ordinary: where prompts go, and what else runs. */
export function InfoLine(): JSX.Element | null {
  const { state, strings, formats, post } = usePanel();
  const known = state.value;
  if (known === undefined) return null;
  const { server, key, othersRunning } = known;
  if (server === null && key !== 'environment' && othersRunning === 0) return null;
  return (
    <div class="info-line">
      {server === null ? null : (
        <span title={fillTemplate(strings.customServer, server)}>
          <Icon name="server" />
          <span dir="ltr">{server}</span>
        </span>
      )}
      {key === 'environment' ? (
        <span title={strings.keyFromEnvironment}>
          <Icon name="key" />
          <span>{strings.keyFromEnvironment}</span>
        </span>
      ) : null}
      {othersRunning === 0 ? null : (
        <button
          type="button"
          class="link-button"
          title={strings.showChats}
          onClick={() => post({ type: 'run', command: 'showChats' })}
        >
          {fillTemplate(strings.othersRunning, formats.count(othersRunning))}
        </button>
      )}
    </div>
  );
}
