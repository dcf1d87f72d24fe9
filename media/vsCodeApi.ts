/** What VS Code gives to a webview's page; to be acquired once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  /** Kept by VS Code while the view is hidden and over a reload of the window. */
  getState(): unknown;
  setState(state: unknown): unknown;
}

declare global {
  function acquireVsCodeApi(): VsCodeApi;
}
