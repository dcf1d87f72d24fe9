const http = require('node:http');
const vscode = require('vscode');

/** How long deltas are gathered before they are posted, in ms. */
const gatherMs = 16;

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('caudal-test.openStreamFloor', () => {
      const panel = vscode.window.createWebviewPanel(
        'caudal-test.streamFloor',
        'Stream floor',
        vscode.ViewColumn.Active,
        { enableScripts: true, retainContextWhenHidden: true },
      );
      panel.webview.onDidReceiveMessage((asked) => stream(asked, panel.webview));
      panel.webview.html = page;
    }),
  );
};

/** Reads the text deltas of one answer, and posts them, gathered. */
function stream({ url, headers, body }, webview) {
  let text = '';
  let timer;
  let rest = '';
  const post = () => {
    timer = undefined;
    webview.postMessage({ text });
    text = '';
  };
  const request = http.request(url, { method: 'POST', headers }, (response) => {
    response.setEncoding('utf8');
    response.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue;
        const { delta } = JSON.parse(line.slice(6));
        if (delta?.text === undefined) continue;
        text += delta.text;
        timer ??= setTimeout(post, gatherMs);
      }
    });
    response.on('end', () => {
      clearTimeout(timer);
      post();
      webview.postMessage({ end: true });
    });
  });
  request.end(body);
}

/** Appends to a text node; a new node per paragraph or, for code, per group of lines that is skipped out of sight. */
const page = `<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-floor'">
<style>
  body { margin: 0; }
  #log { height: 100vh; overflow-y: auto; overflow-anchor: none; }
  p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 8px 12px; }
  .code p { white-space: pre; margin: 0; font-family: monospace; content-visibility: auto; contain-intrinsic-size: auto 900px; }
</style>
</head>
<body>
<div id="log"><div id="answer"></div></div>
<script nonce="floor">
  const vscode = acquireVsCodeApi();
  const log = document.getElementById('log');
  const answer = document.getElementById('answer');
  const linesPerGroup = 60;
  let node;
  let lines = 0;
  function open() {
    const paragraph = document.createElement('p');
    node = document.createTextNode('');
    paragraph.append(node);
    answer.append(paragraph);
    lines = 0;
  }
  function appendProse(text) {
    text.split('\\n\\n').forEach((part, index) => {
      if (index > 0 || node === undefined) open();
      node.appendData(part);
    });
  }
  function appendCode(text) {
    for (const line of text.split(/(?<=\\n)/)) {
      if (node === undefined || lines >= linesPerGroup) open();
      node.appendData(line);
      if (line.endsWith('\\n')) lines++;
    }
  }
  window.ask = (asked, isCode) => {
    answer.replaceChildren();
    answer.className = isCode ? 'code' : '';
    answer.dataset.status = 'streaming';
    node = undefined;
    window.append = isCode ? appendCode : appendProse;
    vscode.postMessage(asked);
  };
  window.addEventListener('message', ({ data }) => {
    if (data.end) answer.dataset.status = 'complete';
    if (!data.text) return;
    window.append(data.text);
    log.scrollTop = log.scrollHeight;
  });
</script>
</body>
</html>`;
