import type { BootData } from '../protocol/hostToView';
import type { InspectorBoot } from '../protocol/inspectorMessages';

export interface WebviewPage {
  readonly boot: BootData | InspectorBoot;
  /** The page's title, which screen readers say. */
  readonly title: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly cspSource: string;
  /** Fresh random text for each page. */
  readonly nonce: string;
}

/**
 * The webview's page. Nothing is allowed that is not listed: no inline script or style, no connection, no remote
 * image, no HTML from a string (trusted types).
 */
export function webviewPage(page: WebviewPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource} data:`,
    `require-trusted-types-for 'script'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(page.boot.locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="stylesheet" href="${escapeHtml(page.styleUri)}">
</head>
<body>
<script type="application/json" id="boot" nonce="${page.nonce}">${escapeJson(page.boot)}</script>
<script type="module" src="${escapeHtml(page.scriptUri)}" nonce="${page.nonce}"></script>
</body>
</html>`;
}

/** JSON that cannot end the script element it stands in. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
