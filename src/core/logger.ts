/**
 * Where parts of Caudal write what a developer may want to know later. Messages carry codes, ids and sizes; never
 * a key, a prompt or an answer.
 */
export interface Logger {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
