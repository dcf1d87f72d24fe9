import assert from 'node:assert/strict';
import { serverToolResult } from '../../../src/core/serverToolResult';

describe('serverToolResult', () => {
  it('lists what a search found, as links whose names are plain text', () => {
    const { text, isError } = serverToolResult({
      content: [
        {
          type: 'web_search_result',
          title: 'Rivers](javascript:alert(1)) ![x](https://evil.example/p.png)\n# <img>',
          url: 'https://example.com/a>b?c=(d)',
          encrypted_content: 'secret',
          page_age: '2 days ago',
        },
        { type: 'web_search_result', title: '', url: 'no address' },
      ],
    });
    assert.equal(isError, false);
    const [first, second] = text.split('\n');
    assert.ok(first?.endsWith('](<https://example.com/a%3Eb?c=(d)>) (2 days ago)'), first);
    assert.ok(first?.includes('Rivers\\]\\(javascript\\:'), 'nothing of the title is a link');
    assert.ok(first?.includes('\\!\\[x\\]'), 'nor an image');
    assert.equal(second, '- no address');
    assert.doesNotMatch(text, /secret/);
  });

  it('shows the beginning of a page, which cannot leave its fence', () => {
    const data = `text\n\`\`\`\`\n# not a heading\n${'x'.repeat(3_000)}`;
    const { text } = serverToolResult({
      content: {
        type: 'web_fetch_result',
        url: 'https://example.com/',
        content: { type: 'document', title: 'A page', source: { type: 'text', data } },
      },
    });
    assert.match(text, /^\[A page\]\(<https:\/\/example\.com\/>\)\n\n`{5}text\n/);
    assert.match(text, /x…\n`{5}\n$/);
    assert.ok(text.length < 2_200);
  });

  it('says why there is none', () => {
    assert.deepEqual(
      serverToolResult({
        content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
      }),
      { text: 'max\\_uses\\_exceeded', isError: true },
    );
  });

  it('has nothing to say of what it does not know', () => {
    for (const content of [undefined, null, 'text', { type: 'new_result' }, [7, { type: 'x' }]]) {
      assert.deepEqual(serverToolResult({ content }), { text: '', isError: false });
    }
  });
});
