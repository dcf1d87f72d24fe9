import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './httpRefusal';

const tokenBytes = 32;
/** How long a browser may remember what it is allowed, in seconds. */
const preflightSeconds = 600;
const requestHeaders =
  'authorization, content-type, last-event-id, x-api-key, anthropic-version, anthropic-beta';
const responseHeaders = 'caudal-turn-id, caudal-conversation-id, location, request-id, retry-after';

/** Who may ask the adapter anything: who knows the token, by the adapter's own name, from no page but those listed. */
export class AdapterAccess {
  /** New with each start. */
  readonly token = randomBytes(tokenBytes).toString('base64url');
  private readonly digest = digestOf(this.token);
  private readonly hosts = new Set<string>();

  constructor(private readonly allowedOrigins: readonly string[]) {}

  /** @param authority Host and port by which the adapter may be called. */
  allowHost(authority: string): void {
    this.hosts.add(authority.toLowerCase());
  }

  /**
   * Keeps out pages of other sites, also those whose name was made to point here (DNS rebinding).
   *
   * @throws HttpRefusal
   */
  checkCaller({ headers }: IncomingMessage): void {
    if (!this.hosts.has(headers.host?.toLowerCase() ?? '')) {
      throw new HttpRefusal(403, 'permission_error', 'This host name is not the adapter’s');
    }
    const { origin } = headers;
    if (origin !== undefined && !this.allowedOrigins.includes(origin)) {
      throw new HttpRefusal(403, 'permission_error', 'This origin is not allowed');
    }
  }

  /**
   * @param query The token of a browser's `EventSource`, which can send no header.
   * @throws HttpRefusal
   */
  checkToken({ headers }: IncomingMessage, query: string | null): void {
    const bearer = /^Bearer +([^ ]+) *$/i.exec(headers.authorization ?? '')?.[1];
    const key = headers['x-api-key'];
    const given = bearer ?? (typeof key === 'string' ? key : query) ?? '';
    if (timingSafeEqual(digestOf(given), this.digest)) return;
    throw new HttpRefusal(401, 'authentication_error', 'The token is missing or wrong', {
      'www-authenticate': 'Bearer realm="Caudal"',
    });
  }

  /** What tells a browser that the page may read the answer; nothing where no page asks. */
  corsHeaders({ headers, method }: IncomingMessage): Readonly<Record<string, string>> {
    const { origin } = headers;
    if (origin === undefined || !this.allowedOrigins.includes(origin)) return { vary: 'origin' };
    const allowed = {
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': responseHeaders,
    };
    if (method !== 'OPTIONS') return allowed;
    return {
      ...allowed,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': requestHeaders,
      'access-control-max-age': String(preflightSeconds),
      // Browsers ask before a page of the internet may talk to this machine.
      ...(headers['access-control-request-private-network'] === 'true'
        ? { 'access-control-allow-private-network': 'true' }
        : {}),
    };
  }
}

/** Of equal length, so that comparing takes the same time whatever was given. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
