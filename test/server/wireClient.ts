import http from 'node:http';

/** What came back, as it came: nothing between the socket and the test. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Piece by piece, as the network brought it. */
  readonly pieces: readonly Buffer[];
  readonly text: string;
  /** Node's code where the connection broke. */
  readonly brokenBy: string | undefined;
}

/** One event of a stream. */
export interface RawFrame {
  readonly event: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

export const usualHeaders = { 'x-api-key': 'sk-test', 'anthropic-version': '2026-10-21' };

/** @throws Error where no headers came. */
export function ask(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = usualHeaders,
  method = 'POST',
): Promise<RawAnswer> {
  const sent = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    let brokenBy: string | undefined;
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      // A reset in the body is told to the request too; what came counts all the same.
      request.off('error', reject);
      request.on('error', (error: NodeJS.ErrnoException) => (brokenBy = error.code));
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', (error: NodeJS.ErrnoException) => (brokenBy = error.code));
      response.on('close', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, pieces, text, brokenBy });
      });
    });
    request.on('error', reject);
    request.end(sent);
  });
}

/** The events in a body, whatever its line ends; comments and unfinished ones are left out, as a client does. */
export function framesIn(text: string): RawFrame[] {
  return text
    .split(/\r\n\r\n|\n\n|\r\r/)
    .slice(0, -1)
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const lines = block.split(/\r\n|\n|\r/);
      const valuesOf = (field: string): string[] =>
        lines
          .filter((line) => line.startsWith(`${field}: `))
          .map((line) => line.slice(field.length + 2));
      const data = valuesOf('data').join('\n');
      return {
        event: valuesOf('event')[0],
        data: data === '' ? {} : (JSON.parse(data) as RawFrame['data']),
      };
    });
}

/** All text that the deltas brought. */
export function textOf(frames: readonly RawFrame[]): string {
  return frames
    .map(({ data }) => data['delta'] as { text?: string } | undefined)
    .map((delta) => delta?.text ?? '')
    .join('');
}
