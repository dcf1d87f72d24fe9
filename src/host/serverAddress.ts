/** Where Anthropic's own API is; any other server is shown by name. */
export const anthropicOrigin = 'https://api.anthropic.com';

export type AddressProblem = 'not-an-address' | 'not-http' | 'has-credentials' | 'has-query';

/** The base address of a server that speaks the Messages API. */
export interface ServerAddress {
  /** Without a trailing slash and without `/v1`, which the client adds. */
  readonly url: string;
  /** Scheme, host and port: what a stored key belongs to. */
  readonly origin: string;
  /** Host and port as shown to the person; null for Anthropic's own. */
  readonly label: string | null;
  /** On this machine: no key is needed. */
  readonly loopback: boolean;
}

export const anthropicServer: ServerAddress = {
  url: anthropicOrigin,
  origin: anthropicOrigin,
  label: null,
  loopback: false,
};

/** Reads an address as a person wrote it. */
export function parseServerAddress(text: string): ServerAddress | AddressProblem {
  if (!URL.canParse(text.trim())) return 'not-an-address';
  const url = new URL(text.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not-http';
  if (url.username !== '' || url.password !== '') return 'has-credentials';
  if (url.search !== '' || url.hash !== '') return 'has-query';
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  if (url.origin === anthropicOrigin && path === '') return anthropicServer;
  return {
    url: url.origin + path,
    origin: url.origin,
    label: url.host,
    loopback: isLoopback(url.hostname),
  };
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
