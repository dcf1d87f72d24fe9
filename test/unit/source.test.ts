import assert from 'node:assert/strict';
import { sourceOf } from '../../src/core/source';

describe('sourceOf', () => {
  it('knows pages of the web, by their titles or else their addresses', () => {
    const url = 'https://rivers.example/longest';
    assert.deepEqual(sourceOf({ type: 'web_search_result_location', url, title: 'Rivers' }), {
      title: 'Rivers',
      url,
    });
    assert.deepEqual(sourceOf({ url }), { title: url, url });
  });

  it('takes nothing else for one', () => {
    assert.equal(sourceOf({ type: 'page_location', document_title: 'a.pdf' }), undefined);
    assert.equal(sourceOf({ url: 'javascript:alert(1)', title: 'Click' }), undefined);
    assert.equal(sourceOf({ url: 'file:///etc/passwd' }), undefined);
    assert.equal(sourceOf({ url: 7 }), undefined);
  });
});
