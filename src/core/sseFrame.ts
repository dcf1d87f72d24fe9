/** One server-sent event as it came off the wire (WHATWG HTML, "Server-sent events"). */
export interface SseFrame {
  /** The `event:` field; null where the line was missing, as behind some proxies (T81). */
  readonly event: string | null;
  readonly data: string;
}
