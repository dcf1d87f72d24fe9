/** One server-sent event to be written (WHATWG HTML, "Server-sent events"). */
export interface ServerSentEvent {
  readonly event?: string;
  /** Comes back as `Last-Event-ID`; without line breaks. */
  readonly id?: string;
  readonly data: string;
}

/** The event as it is written: a `data:` line for each line of the data, so that line breaks survive. */
export function encodeEvent({ event, id, data }: ServerSentEvent): string {
  const fields = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
  ];
  return `${fields.join('\n')}\n\n`;
}

/** What every client passes over, and what keeps a silent connection alive. */
export const heartbeat = ': \n\n';

/** Tells a client how long to wait before it connects again, in ms. */
export function encodeRetry(ms: number): string {
  return `retry: ${ms}\n\n`;
}
