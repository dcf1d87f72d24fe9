import assert from 'node:assert/strict';
import type { BootData } from '../../src/protocol/hostToView';
import type { ViewStrings } from '../../src/protocol/viewStrings';
import { webviewPage } from '../../src/host/webviewPage';

const strings = { emptyTitle: '</script><script>alert(1)</script><!-- “¿Qué?” & ' };
const boot: BootData = {
  version: 1,
  surface: 'sidebar',
  locale: 'es"><b>',
  strings: strings as ViewStrings,
  blobs: '',
};
const page = webviewPage({
  boot,
  title: 'A <title>',
  scriptUri: 'https://res/view.js?a=1&b=2',
  styleUri: 'https://res/view.css',
  cspSource: "'self' https://*.vscode-cdn.net",
  nonce: 'abc_123',
});

describe('webviewPage', () => {
  it('allows nothing that it does not list', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const rules = policy.replaceAll('&#39;', "'").split('; ');
    assert.deepEqual(rules, [
      "default-src 'none'",
      "script-src 'nonce-abc_123'",
      "style-src 'self' https://*.vscode-cdn.net",
      "font-src 'self' https://*.vscode-cdn.net",
      "img-src 'self' https://*.vscode-cdn.net data:",
      "require-trusted-types-for 'script'",
    ]);
    assert.ok(page.indexOf('Content-Security-Policy') < page.indexOf('<link'));
  });

  it('carries its words so that nothing in them can end the script', () => {
    assert.equal(page.match(/<script/g)?.length, 2);
    const [, json = ''] = /id="boot"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
    assert.deepEqual(JSON.parse(json), boot);
  });

  it('gives every script the nonce, and has no inline handler or style', () => {
    for (const [tag] of page.matchAll(/<script[^>]*>/g)) assert.match(tag, /nonce="abc_123"/);
    assert.doesNotMatch(page, /\son\w+=|\sstyle=|<style/);
  });

  it('escapes what goes into attributes and text', () => {
    assert.ok(page.includes('lang="es&quot;&gt;&lt;b&gt;"'));
    assert.ok(page.includes('<title>A &lt;title&gt;</title>'));
    assert.ok(page.includes('src="https://res/view.js?a=1&amp;b=2"'));
  });
});
