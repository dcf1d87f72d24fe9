import type { JSX } from 'preact';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';

/** The pages that an answer cites: the API wants them shown beside what it says of them (API: web search tool). */
export function Sources({ turn }: { readonly turn: TurnModel }): JSX.Element | null {
  const { strings, post } = usePanel();
  const { sources = [] } = turn.meta.value;
  if (sources.length === 0) return null;
  return (
    <section class="sources" aria-label={strings.sources}>
      <span>{strings.sources}</span>
      <ol>
        {sources.map(({ title, url }) => (
          <li key={url}>
            <a
              href={url}
              title={url}
              dir="auto"
              onClick={(event) => {
                event.preventDefault();
                post({ type: 'openLink', href: url });
              }}
            >
              {title}
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
