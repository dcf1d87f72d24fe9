import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';
import { protocolVersion, type BootData, type HostToView } from '../protocol/hostToView';
import type { WebviewPort } from './viewBridge';
import { viewStrings } from './viewStrings';
import { webviewPage } from './webviewPage';

/** Puts our page into a webview. Listen to its messages before: the page speaks first. */
export function loadPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  surface: BootData['surface'],
): void {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [dist] };
  const uri = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  webview.html = webviewPage({
    boot: {
      version: protocolVersion,
      surface,
      locale: vscode.env.language,
      strings: viewStrings(),
    },
    title: vscode.l10n.t('Caudal chat'),
    scriptUri: uri('view.js'),
    styleUri: uri('view.css'),
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
