import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';
import { protocolVersion, type BootData, type HostToView } from '../protocol/hostToView';
import { inspectorVersion } from '../protocol/inspectorMessages';
import { inspectorStrings } from './inspectorStrings';
import type { WebviewPort } from './viewBridge';
import { viewStrings } from './viewStrings';
import { webviewPage, type WebviewPage } from './webviewPage';

/** The folders that our pages load from. */
export interface PageFolders {
  readonly extension: vscode.Uri;
  /** With what is attached. */
  readonly blobs: vscode.Uri;
}

/** Puts our page into a webview. Listen to its messages before: the page speaks first. */
export function loadPage(
  webview: vscode.Webview,
  folders: PageFolders,
  surface: BootData['surface'],
): void {
  load(webview, folders, {
    bundle: 'view',
    title: vscode.l10n.t('Caudal chat'),
    boot: {
      version: protocolVersion,
      surface,
      locale: vscode.env.language,
      strings: viewStrings(),
      blobs: webview.asWebviewUri(folders.blobs).toString(),
    },
  });
}

/** The same for the stream inspector's page. */
export function loadInspector(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  const strings = inspectorStrings();
  load(
    webview,
    { extension: extensionUri },
    {
      bundle: 'inspector',
      title: strings.title,
      boot: { version: inspectorVersion, locale: vscode.env.language, strings },
    },
  );
}

function load(
  webview: vscode.Webview,
  folders: Pick<PageFolders, 'extension'> & Partial<PageFolders>,
  page: { readonly bundle: string; readonly title: string; readonly boot: WebviewPage['boot'] },
): void {
  const dist = vscode.Uri.joinPath(folders.extension, 'dist');
  webview.options = {
    enableScripts: true,
    enableForms: false,
    localResourceRoots: folders.blobs === undefined ? [dist] : [dist, folders.blobs],
  };
  const uri = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  webview.html = webviewPage({
    boot: page.boot,
    title: page.title,
    scriptUri: uri(`${page.bundle}.js`),
    styleUri: uri(`${page.bundle}.css`),
    cspSource: webview.cspSource,
    nonce: randomBytes(18).toString('base64url'),
  });
}

export function webviewPort(webview: vscode.Webview): WebviewPort {
  return {
    postMessage: (message: HostToView) => webview.postMessage(message),
    onDidReceiveMessage: (listener: (message: unknown) => void): Disposable =>
      webview.onDidReceiveMessage(listener),
  };
}
