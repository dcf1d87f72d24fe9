import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { usePanel } from '../panel';
import { IconButton } from './buttons';

/** How long the button says that it has copied, in ms. */
const confirmationMs = 1_500;

/** Copies through the host: a webview's own clipboard is not to be had everywhere. */
export function CopyButton({ label, text }: { label: string; text: () => string }): JSX.Element {
  const { strings, post } = usePanel();
  const hasCopied = useSignal(false);
  useEffect(() => {
    if (!hasCopied.value) return undefined;
    const timer = setTimeout(() => (hasCopied.value = false), confirmationMs);
    return () => clearTimeout(timer);
  }, [hasCopied.value]);
  return (
    <IconButton
      icon={hasCopied.value ? 'check' : 'copy'}
      label={hasCopied.value ? strings.copied : label}
      onClick={() => {
        post({ type: 'copy', text: text() });
        hasCopied.value = true;
      }}
    />
  );
}
