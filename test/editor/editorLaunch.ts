import type { Page } from 'playwright-core';
import type { EditorVersion } from './provision/editorVersion';

/** What one running VS Code needs to know; the same for the desktop's and the served one. */
export interface EditorLaunch {
  readonly version: EditorVersion;
  readonly folders: EditorFolders;
  /** The folder it opens. */
  readonly workspace: string;
  /** Extensions run from their source folders. */
  readonly developmentPaths: readonly string[];
  /** Installed as a person would install it, before the editor starts. */
  readonly vsix: string | undefined;
  /** A module with `run(): Promise<void>`, to be run inside the extension host. */
  readonly testsPath: string | undefined;
  /** The whole environment of the extension host. */
  readonly env: NodeJS.ProcessEnv;
  /** CSS pixels. */
  readonly viewport: { readonly width: number; readonly height: number };
  readonly headless: boolean;
  /** Milliseconds that the way to the window and back takes longer than it does; only for the served one. */
  readonly roundTripMs: number;
}

/** Where one editor keeps its things: never shared between two. */
export interface EditorFolders {
  readonly extensions: string;
  readonly userData: string;
  readonly serverData: string;
}

/** A VS Code with its window. Whoever launches it disposes it. */
export interface RunningEditor {
  readonly page: Page;
  /** Opens the same editor in a browser; empty for the desktop's. */
  readonly url: string;
  /** The exit code of the suites at `testsPath`: 0 when all passed. Never settles without them. */
  readonly testsExit: Promise<number>;
  /** The process whose child the extension host is. */
  readonly parentPid: number;
  /** What the editor printed, its extension hosts included. */
  log(): string;
  dispose(): Promise<void>;
}
