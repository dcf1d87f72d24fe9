import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';
import { protocolVersion, type BootData, type HostToView } from '../protocol/hostToView';
import { inspectorVersion } from '../protocol/inspectorMessages';
import { inspectorStrings } from './inspectorStrings';
import type { WebviewPort } from './viewBridge';
import { viewStrings } from './viewStrings';
import { webviewPage, type WebviewPage } from './webviewPage';

/** Puts our page into a webview. Listen to its messages before: the page speaks first. */
export function loadPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  surface: BootData['surface'],
): void {
  load(webview, extensionUri, {
    bundle: 'view',
    title: vscode.l10n.t('Caudal chat'),
    boot: {
      version: protocolVersion,
      surface,
      locale: vscode.env.language,
      strings: viewStrings(),
    },
  });
}

/** The same for the stream inspector's page. */
export function loadInspector(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  const strings = inspectorStrings();
  load(webview, extensionUri, {
    bundle: 'inspector',
    title: strings.title,
    boot: { version: inspectorVersion, locale: vscode.env.language, strings },
  });
}

function load(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: { readonly bundle: string; readonly title: string; readonly boot: WebviewPage['boot'] },
): void {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [dist] };
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
