import assert from 'node:assert/strict';
import { MessagesServer } from '../server/messagesServer';
import { textAnswer } from '../server/scenario';
import { startEditor } from '../editor/editorSession';
import { findCredentials } from './credentialScan';
import { packageVsix, type Vsix } from './packageVsix';

/** Bytes that the whole package may have (issue: size budget). */
const sizeBudget = 700_000;

describe('The packaged VSIX', () => {
  let vsix: Vsix;

  before(async function () {
    this.timeout(300_000);
    vsix = await packageVsix();
  });

  it('is within its size budget (T105)', () => {
    assert.ok(vsix.bytes <= sizeBudget, `${vsix.bytes} bytes`);
  });

  it('has what is needed and nothing else', () => {
    const allowed =
      /^(extension\.vsixmanifest|\[Content_Types\]\.xml|extension\/(package(\.nls(\.es)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/(extension|anthropicTransport|sseAdapter|workspaceTools|fileReview|view|inspector|chunks\/[\w-]+)\.(js|css)|dist\/codicon\.ttf|l10n\/bundle\.l10n(\.es)?\.json|media\/icons\/(activity\.svg|caudal\.png|tab-(light|dark)\.svg)|media\/walkthrough\/[\w-]+\.(svg|md)))$/i;
    const others = [...vsix.contents.keys()].filter((name) => !allowed.test(name));
    assert.deepEqual(others, []);
    for (const name of [
      'package.json',
      // One for each entry point of esbuild.mjs: what loads later would be missed only by those who use it.
      'dist/extension.js',
      'dist/anthropicTransport.js',
      'dist/sseAdapter.js',
      'dist/workspaceTools.js',
      'dist/fileReview.js',
      'dist/view.js',
      'dist/inspector.js',
      'media/icons/caudal.png',
    ]) {
      assert.ok(vsix.contents.has(`extension/${name}`), name);
    }
    // Without it code would have no colours, and nothing would say so.
    assert.ok([...vsix.contents.keys()].some((name) => name.includes('/dist/chunks/languages-')));
    assert.ok([...vsix.contents.keys()].some((name) => name.includes('/dist/chunks/mathsMarkup-')));
  });

  it('is looked through for credentials, ours included', () => {
    const key = ['sk', 'ant', 'api03', 'x'.repeat(40)].join('-');
    assert.equal(findCredentials(`const key = "${key}";`)[0]?.kind, 'Anthropic key');
    assert.deepEqual(findCredentials('ask-anthropic-about-streams'), []);
  });

  it('streams an answer once it is installed', async function () {
    this.timeout(300_000);
    const server = await MessagesServer.start({
      scenario: textAnswer('Installed, and **streaming**.'),
    });
    const session = await startEditor({
      extension: { kind: 'vsix', path: vsix.file },
      env: { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: server.url },
    });
    try {
      const panel = await session.openPanel();
      await panel.ask('Hello');
      await panel.waitForStatus('complete');
      assert.match(await panel.answerText(), /Installed, and streaming\./);
    } finally {
      await session.dispose();
      await server.close();
    }
  });
});
