import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { BlockModel } from '../blockModel';
import type { TurnModel } from '../turnModel';
import { Disclosure } from './disclosure';
import { Icon, type IconName } from './icon';
import { StreamedText } from './streamedText';

interface RawBlockProps {
  readonly turn: TurnModel;
  readonly block: BlockModel;
  readonly icon: IconName;
  readonly label: string;
  readonly startsOpen: boolean;
}

/** A block whose text is shown as it came: a tool's input, and whatever this version does not know. */
export function RawBlock({ turn, block, icon, label, startsOpen }: RawBlockProps): JSX.Element {
  const isOpen = useSignal(startsOpen);
  const heading = (
    <>
      <Icon name={icon} />
      <span class="raw-label">{label}</span>
    </>
  );
  return (
    <div class="raw-block">
      <Disclosure
        label={heading}
        isOpen={isOpen.value}
        onToggle={() => (isOpen.value = !isOpen.value)}
      >
        <div class="raw-content" tabIndex={0} role="group" aria-label={label} dir="ltr">
          <StreamedText turn={turn} block={block} as="plain" />
        </div>
      </Disclosure>
    </div>
  );
}
