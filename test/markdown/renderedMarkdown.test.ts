import assert from 'node:assert/strict';
import { hostileTexts } from './hostileTexts';
import { tests as specExamples } from 'commonmark-spec';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import type { Locator, Page } from 'playwright-core';
import { propertySeed, runs } from '../unit/propertyRuns';
import { commonMarkDocuments, cut, documents, documentsWithMaths, inPieces } from './documents';
import { closeBrowser, markdownTestMs, openMarkdownPage, takeErrors } from './markdownPage';
import { gfmHtml, hasRawHtml, isComparableWhole, referenceHtml } from './referenceBlocks';

/** Documents per crossing into the page. */
const batchSize = 100;
/** Random documents, each once whole and once in pieces. */
const randomDocuments = 2_000;

/** Examples of CommonMark whose addresses without brackets GFM makes links, and says so. */
const examplesThatGfmChanges = new Set([602, 608, 611, 612]);

describe('rendered markdown', function () {
  this.timeout(markdownTestMs);
  let page: Page;

  before(async () => {
    page = await openMarkdownPage();
  });

  after(closeBrowser);

  afterEach(() => {
    assert.deepEqual(takeErrors(), []);
  });

  it('is what CommonMark’s specification says, in each of its examples, however they come', async () => {
    // Raw HTML is shown as text: what is expected of those examples comes from a renderer that does so too.
    const escaping = new MarkdownIt({ html: false });
    const examples = specExamples
      .filter(({ number }) => !examplesThatGfmChanges.has(number))
      .map(({ number, markdown, html }) => {
        const text = markdown.replaceAll('→', '\t');
        const expected = hasRawHtml(text) ? escaping.render(text) : html.replaceAll('→', '\t');
        return { number, text, expected };
      });
    assert.ok(examples.length > 640);
    const wrong = await page.evaluate(
      (all) =>
        all.filter(({ text, expected }) => {
          const meaning = window.markdownTest.meaningOf(expected);
          return window.markdownTest
            .cuttings(text)
            .some((pieces) => window.markdownTest.shown(pieces) !== meaning);
        }),
      examples,
    );
    assert.deepEqual(wrong, []);
  });

  it('is what GFM says of tables, tasks, strikethrough and bare addresses', async () => {
    const texts = [
      '| foo | bar |\n| --- | --- |\n| baz | bim |',
      '| abc | defghi |\n:-: | -----------:\nbar | baz',
      '| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |',
      '| abc | def |\n| --- | --- |\n| bar | baz |\n> bar',
      '| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar',
      '| abc | def |\n| --- |\n| bar |',
      '| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |',
      '| abc | def |\n| --- | --- |',
      'text before\n| a | b |\n| - | - |\n| c | d |\n\n- in\n  | a | b |\n  |:--|--:|\n  | c | d |',
      '> | a |\n> | - |\n> | b |\n| c |',
      '- [ ] foo\n- [x] bar',
      '- [x] foo\n  - [ ] bar\n  - [X] baz\n- [ ] bim\n- [y] no\n- [x]no\n- [ ]',
      '1. [x] done\n\n2. [ ] loose',
      '- [ ] # no\n- text\n\n  [ ] no',
      '~~Hi~~ Hello, ~~there~~ world!',
      'This ~~has a\n\nnew paragraph~~.',
      'a ~~~b~~~ c ~~**d**~~',
      'Visit https://example.com, www.example.com or mail a.b-c_d@a.b.',
      'a@b.cd- a@b.cd_ a@b.cd',
      'A header\n:-\nwithout a pipe',
      '| a | b |\n| - | - |\n| Pipes \\|here\\|. | Like \\| this. |\n| `\\|code\\| is okay` |\n| _**`c\\|`**_ \\| x\n| **\\_y\\_**',
      '| a | b |\n| - | - |\n| \\\\ | `\\\\` |\n| \\\\\\\\ | `\\\\\\\\` |\n| \\| | `\\|` |\n| \\a | `\\a` |',
      '| a | b | c |\n| - | - | - |\n| d || e |\n|***(f)***|',
      '| ~~x | y~~ |\n| - | - |\n| https://a.b www.a.b | ~~http://a.b~~ |',
      'See [F 2][].\n\n| [F 2][] |\n| - |\n| [F 2][] |\n\n[F 2]: http://f.com/',
      'This is not ~~~~~one~~~~~, ~~two~~ ~~~three~~~ and ~none~~.',
      '~~www.example.com~~ and ~~http://example.com~~',
      '**Address http://inlines** ![http://a.b/c](http://a.b/c) (http://a.b/c.) "http://a.b"',
      '- @a.b.c@. x\n- n@.  b',
      ...[
        '> quote',
        '# heading',
        '***',
        '```\ncode\n```',
        '- item',
        '1. item',
        '    code',
        'text',
      ].map((next) => `| a |\n| - |\n| b |\n${next}`),
    ].map((text) => ({ text, expected: gfmHtml(text) }));
    const wrong = await page.evaluate(
      (all) =>
        all.flatMap(({ text, expected }) => {
          const meaning = window.markdownTest.meaningOf(expected);
          return window.markdownTest
            .cuttings(text)
            .map((pieces) => window.markdownTest.shown(pieces))
            .filter((shown) => shown !== meaning)
            .map((shown) => ({ text, meaning, shown }));
        }),
      texts,
    );
    assert.deepEqual(wrong, []);
  });

  it('is what CommonMark’s reference implementation renders, on random documents in pieces', async () => {
    const samples = fc
      .sample(inPieces(commonMarkDocuments), runs(randomDocuments))
      .filter(({ text }) => isComparableWhole(text))
      .map(({ text, pieces }) => ({ text, pieces, expected: referenceHtml(text) }));
    assert.ok(samples.length > randomDocuments / 2);
    for (let start = 0; start < samples.length; start += batchSize) {
      const wrong = await page.evaluate(
        (batch) =>
          batch.flatMap(({ text, pieces, expected }) => {
            const meaning = window.markdownTest.meaningOf(expected);
            const shown = window.markdownTest.shown(pieces);
            return shown === meaning ? [] : [{ text, meaning, shown }];
          }),
        samples.slice(start, start + batchSize),
      );
      assert.deepEqual(wrong, [], `seed ${propertySeed}`);
    }
  });

  it('is the same however the text is cut, on random documents', async () => {
    const { seed, numRuns } = runs(randomDocuments);
    const samples = fc.sample(inPieces(fc.oneof(documents, documentsWithMaths)), { seed, numRuns });
    for (let start = 0; start < samples.length; start += batchSize) {
      const wrong = await page.evaluate(
        (batch) =>
          batch.find(
            ({ text, pieces }) =>
              window.markdownTest.shown([text]) !== window.markdownTest.shown(pieces),
          ),
        samples.slice(start, start + batchSize),
      );
      assert.equal(wrong, undefined, `seed ${propertySeed}`);
    }
  });

  it('never touches the nodes of a block that is complete (T36)', async () => {
    const changed = await page.evaluate(async () => {
      const view = window.markdownTest.create();
      view.append(
        '# One\n\nTwo **bold**\n\n- three\n- four\n\n```js\nlet five;\n```\n\n| a |\n|---|\n| b |\n\n',
      );
      view.append('The text that still grows');
      await window.markdownTest.idle();
      const blocks = [...view.element.querySelectorAll('.md-group > *')].slice(0, -1);
      const records: MutationRecord[] = [];
      const observer = new MutationObserver((list) => records.push(...list));
      for (const block of blocks) {
        observer.observe(block, {
          subtree: true,
          childList: true,
          characterData: true,
          attributes: true,
        });
      }
      const before = [...view.element.querySelectorAll('.md-group > *')].slice(0, -1);
      for (let delta = 0; delta < 1_000; delta += 1)
        view.append(delta % 50 === 0 ? '.\n\nNext ' : ' word');
      await window.markdownTest.idle();
      records.push(...observer.takeRecords());
      const after = [...view.element.querySelectorAll('.md-group > *')].slice(0, before.length);
      view.dispose();
      return {
        records: records.length,
        moved: before.filter((block, index) => block !== after[index]).length,
      };
    });
    assert.deepEqual(changed, { records: 0, moved: 0 });
  });

  it('keeps a selection in the words and the code that have come while more come (T38)', async () => {
    const selected = await page.evaluate(async () => {
      const view = window.markdownTest.create();
      const select = (element: Element | null | undefined, from: string, to: string): void => {
        const texts = document.createTreeWalker(element!, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
          const text = node.nodeValue ?? '';
          if (text.includes(from)) range.setStart(node, text.indexOf(from));
          if (text.includes(to)) range.setEnd(node, text.indexOf(to) + to.length);
        }
        document
          .getSelection()
          ?.setBaseAndExtent(
            range.startContainer,
            range.startOffset,
            range.endContainer,
            range.endOffset,
          );
      };
      view.append('Some words of a paragraph that is still coming');
      select(view.element.querySelector('p'), 'words', 'paragraph');
      for (let delta = 0; delta < 250; delta += 1) view.append(' and more');
      const inText = document.getSelection()?.toString();
      view.append('\n\n```js\nconst selected = "value"; // until here\nconst more = 1;\n');
      select(view.element.querySelector('code'), 'selected', 'until');
      for (let delta = 0; delta < 250; delta += 1) {
        view.append('let x = 1;\n');
        if (delta % 50 === 0) await window.markdownTest.idle();
      }
      await window.markdownTest.idle();
      const inCode = document.getSelection()?.toString();
      const hasColours = view.element.querySelector('.md-token-keyword') !== null;
      document.getSelection()?.removeAllRanges();
      view.dispose();
      return { inText, inCode, hasColours };
    });
    assert.deepEqual(selected, {
      inText: 'words of a paragraph',
      inCode: 'selected = "value"; // until',
      hasColours: true,
    });
  });

  it('shows links whose definition comes later, and reads nothing else again', async () => {
    const seen = await page.evaluate(() => {
      const view = window.markdownTest.create();
      view.append('See [one] and [two][2].\n\n');
      for (let index = 0; index < 200; index += 1)
        view.append(`Paragraph ${index} without links.\n\n`);
      const paragraphs = [...view.element.querySelectorAll('p')];
      const before = view.parsedLength;
      view.append('[one]: /first\n[2]: /second "Title"\n[one]: /late\n\nEnd');
      view.end();
      const after = [...view.element.querySelectorAll('p')];
      const links = [...view.element.querySelectorAll('a')].map((link) =>
        link.getAttribute('href'),
      );
      const result = {
        links,
        isSame: paragraphs.every((paragraph, index) => paragraph === after[index]),
        read: view.parsedLength - before,
        last: after.at(-1)?.textContent,
      };
      view.dispose();
      return result;
    });
    assert.deepEqual(
      { ...seen, read: 0 },
      { links: ['/first', '/second'], isSame: true, read: 0, last: 'End' },
    );
    assert.ok(seen.read < 200, `${seen.read} read again`);
  });

  it('reads each character about once, whatever its length, at one delta a frame (T19)', async () => {
    const paragraph =
      'Some **bold** words, `code` and [a link](https://example.com) in a paragraph of ordinary length, which goes on ' +
      'for a while so that it would cost much if it were read again with each of its words, as many renderers do.\n\n';
    const item = '- an item of a list with *words* in it\n';
    const read = (text: string): Promise<number> =>
      page.evaluate(
        (pieces) => {
          const view = window.markdownTest.stream(pieces);
          const { parsedLength } = view;
          view.dispose();
          return parsedLength;
        },
        cut(text, [4]),
      );
    for (const text of [paragraph.repeat(20), item.repeat(200), paragraph.trim().repeat(40)]) {
      const parsed = await read(text);
      assert.ok(parsed < 3 * text.length, `${parsed} of ${text.length} read`);
    }
  });

  it('does work in proportion to the length, also for hostile text', async () => {
    for (const [name, make] of Object.entries(hostileTexts)) {
      const [small, large] = await Promise.all(
        [4_000, 32_000].map((size) =>
          page.evaluate(
            (pieces) => {
              const view = window.markdownTest.create();
              let nodes = 0;
              const observer = new MutationObserver(() => undefined);
              observer.observe(view.element, { subtree: true, childList: true });
              for (const piece of pieces) {
                view.append(piece);
                for (const record of observer.takeRecords()) nodes += record.addedNodes.length;
              }
              view.end();
              for (const record of observer.takeRecords()) nodes += record.addedNodes.length;
              const { parsedLength } = view;
              view.dispose();
              return nodes + parsedLength;
            },
            cut(make(size), [64]),
          ),
        ),
      );
      // Eight times the text; twice as much again for what is rounded. Quadratic would be sixty-four times.
      assert.ok(large! < 16 * small! + 10_000, `${name}: ${small} became ${large}`);
    }
  });

  it('drops nothing of what is nested deeper than anybody writes, and lays it out', async () => {
    const texts = [
      `${'>'.repeat(16_000)} deep`,
      `${'- '.repeat(16_000)}deep`,
      `${'> 1. '.repeat(5_000)}deep\n\nafter`,
      Array.from({ length: 100 }, (_, depth) => `${' '.repeat(2 * depth)}- item ${depth}`).join(
        '\n',
      ),
      `${'*'.repeat(40_000)}deep${'*'.repeat(40_000)}`,
      `${'['.repeat(500)}deep${'](/a)'.repeat(500)}`,
      `${'!['.repeat(300)}deep${'](/a)'.repeat(300)}`,
    ];
    const shown = await page.evaluate(async (all) => {
      const results = [];
      for (const text of all) {
        const view = window.markdownTest.stream([text]);
        // Layout and paint go through the tree by recursion: too deep a one would end the page here.
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const { height } = view.element.getBoundingClientRect();
        let depth = 0;
        let deepest: Element | null = view.element;
        for (; deepest !== null; deepest = deepest.lastElementChild) depth += 1;
        results.push({ content: view.element.textContent, height, depth });
        view.dispose();
      }
      return results;
    }, texts);
    for (const [index, { content, height, depth }] of shown.entries()) {
      assert.match(content, /deep|item 99/, texts[index]);
      assert.ok(height > 0 && depth < 400, `${height} px, ${depth} elements in one another`);
    }
    assert.equal(shown[2]?.content, 'deepafter');
    assert.equal(shown[3]?.content.match(/item \d+/g)?.length, 100);
  });

  it('is what the reference renders of much, of deep and of unfinished markdown', async () => {
    const lines = (count: number, line: (index: number) => string): string =>
      Array.from({ length: count }, (_, index) => line(index)).join('\n');
    const texts = [
      `| a | b |\n| :- | - |\n${lines(5_000, (row) => `| row ${row} | **value** \`${row}\` |`)}\n\nEnd`,
      lines(60, (depth) => `${' '.repeat(2 * depth)}- item ${depth}`),
      `${'> '.repeat(60)}deep\n${'> '.repeat(60)}deeper\n\nout`,
      `${'> - '.repeat(40)}deep`,
      `${'**a *b '.repeat(20)}c${'* **'.repeat(20)}`,
      lines(2_000, (item) => `${item + 1}. item\n   with a line more`),
      '*'.repeat(10_000),
      `a ${'*'.repeat(10_000)} b`,
      '*a **b '.repeat(500),
      '**bold that never ends, `code` and *more',
      'code that `never ends and **bold**',
      '[a link](https://example.com/that(never ends',
      '~~~~ md\n```js\nlet x;\n```\n~~~\nstill inside',
      '- item\n\n  ````\n  ```\n  inside\n\n  ```\nout',
      `${lines(500, (label) => `See [label ${label}][].`)}\n\n${lines(500, (label) => `[label ${label}]: /to/${label}`)}`,
    ].map((text) => ({ text, expected: gfmHtml(text) }));
    for (const { text, expected } of texts) {
      const seen = await page.evaluate(
        ([reference, ...cuttings]) => ({
          meaning: window.markdownTest.meaningOf(reference),
          shown: cuttings.map((pieces) => window.markdownTest.shown(pieces)),
        }),
        [expected, cut(text, [text.length]), cut(text, [13]), cut(text, [1, 17, 97])] as const,
      );
      for (const shown of seen.shown) {
        if (shown !== seen.meaning)
          assert.equal(shown.slice(0, 2_000), seen.meaning.slice(0, 2_000));
        assert.equal(shown.length, seen.meaning.length);
      }
    }
  });

  it('shows hostile markup as text, and leads nowhere it should not', async () => {
    const probes = [
      '<script>window.hacked = true</script>',
      '<img src=x onerror="window.hacked = true">',
      '<iframe srcdoc="<script>parent.hacked = true</script>"></iframe>',
      'a <b onclick="window.hacked = true">b</b>',
      '[a](javascript:window.hacked=true)',
      '[a](JaVaScRiPt:window.hacked=true "t")',
      '[a](&#106;avascript:window.hacked=true)',
      '[a](java&Tab;script:window.hacked=true)',
      '[a](java&NewLine;script:window.hacked=true)',
      '[a](data:text/html;base64,PHNjcmlwdD4=)',
      '[a](vbscript:x)',
      '[a](command:workbench.action.quit)',
      '![a](https://tracker.test/pixel.png)',
      '![a](javascript:window.hacked=true)',
      '[![a](https://tracker.test/pixel.png)](javascript:window.hacked=true)',
      '<javascript:window.hacked=true>',
      '[a][b]\n\n[b]: javascript:window.hacked=true',
      '```"><script>window.hacked=true</script>\ncode\n```',
      '| <img src=x onerror=alert(1)> |\n| - |\n| [a](javascript:x) |',
      '<svg onload="window.hacked = true">',
      '<style>* { display: none }</style>',
      '\u202ejavascript:x <http://a.b/"onmouseover="x>',
    ];
    const found = await page.evaluate(async (texts) => {
      const allowed = /^(?:https?:|mailto:)/;
      const elements = new Set(
        'a blockquote br button code col colgroup div em h1 h2 h3 h4 h5 h6 hr input li ol p pre s span strong table tbody td th thead tr ul'.split(
          ' ',
        ),
      );
      const attributes = new Set(
        'aria-label aria-labelledby aria-pressed checked class dir disabled hidden href id role start style tabindex title type'.split(
          ' ',
        ),
      );
      const wrong: string[] = [];
      for (const text of texts) {
        const view = window.markdownTest.stream(window.markdownTest.cuttings(text)[1]!);
        for (const element of view.element.querySelectorAll('*')) {
          if (!elements.has(element.localName)) wrong.push(`${text}: <${element.localName}>`);
          for (const { name, value } of element.attributes) {
            if (!attributes.has(name)) wrong.push(`${text}: ${name}`);
            if (name === 'href' && !allowed.test(value)) wrong.push(`${text}: ${value}`);
          }
          if (element instanceof HTMLElement) element.click();
        }
        view.dispose();
      }
      await window.markdownTest.idle();
      const { copied, inserted, newFiles } = window.markdownTest;
      for (const list of [copied, inserted, newFiles]) list.splice(0);
      return { wrong, isHacked: 'hacked' in window, opened: window.markdownTest.opened.splice(0) };
    }, probes);
    assert.deepEqual({ ...found, opened: [] }, { wrong: [], isHacked: false, opened: [] });
    for (const href of found.opened) assert.match(href, /^https?:\/\//);
  });

  it('gives links to the host, and to nobody else', async () => {
    const seen = await page.evaluate(() => {
      const view = window.markdownTest.stream([
        '[a](src/main.ts:12) [b](https://example.com "Title") <c@d.ef> [g](#h)',
      ]);
      let heard = 0;
      const listen = (): void => void (heard += 1);
      document.addEventListener('click', listen);
      const links = [...view.element.querySelectorAll('a')];
      for (const link of links) link.click();
      document.removeEventListener('click', listen);
      const titles = links.map((link) => link.title);
      view.dispose();
      return { opened: window.markdownTest.opened.splice(0), titles, heard };
    });
    assert.deepEqual(seen, {
      opened: ['src/main.ts:12', 'https://example.com', 'mailto:c@d.ef'],
      titles: ['src/main.ts:12', 'Title\nhttps://example.com', 'mailto:c@d.ef'],
      heard: 0,
    });
  });

  it('copies code exactly, by its button and by a selection across its parts (T96, T97)', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, index) => `${'\t'.repeat(index % 3)}const x${index} = "ä🙂";  `,
    );
    lines[150] = 'long '.repeat(4_000);
    const code = lines.join('\n');
    await page.evaluate(async (text) => {
      const view = window.markdownTest.create();
      for (let at = 0; at < text.length; at += 700) view.append(text.slice(at, at + 700));
      view.end();
      await window.markdownTest.idle();
    }, `\`\`\`js\n${code}\n\`\`\`\n`);
    await page.getByRole('button', { name: 'Copy code' }).click();
    assert.equal(await page.getByRole('button', { name: 'Copied' }).count(), 1);
    await page.evaluate(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('.md-code code')!);
      document.getSelection()?.removeAllRanges();
      document.getSelection()?.addRange(range);
      document.addEventListener(
        'copy',
        (event) =>
          window.markdownTest.copied.push(event.clipboardData?.getData('text/plain') ?? ''),
        { once: true },
      );
    });
    await page.keyboard.press('Control+C');
    const copied = await page.evaluate(() => {
      document.getSelection()?.removeAllRanges();
      document.querySelector('.markdown')?.remove();
      return window.markdownTest.copied.splice(0);
    });
    assert.deepEqual(copied, [code, `${code}\n`]);
  });

  it('copies words and code together as they read, without the labels of the code (T97)', async () => {
    // More than one group, of which the first is out of sight.
    const code = Array.from({ length: 1_100 }, (_, index) => `  line ${index}\t`).join('\n');
    await page.evaluate((text) => {
      const view = window.markdownTest.stream([text]);
      document.getSelection()?.selectAllChildren(view.element);
    }, `Words **before**.\n\n\`\`\`python\n${code}\n\`\`\`\n\nWords after.`);
    await page.keyboard.press('Control+C');
    await page.evaluate(() => {
      const field = document.createElement('textarea');
      document.body.append(field);
      field.focus();
    });
    await page.keyboard.press('Control+V');
    const pasted = await page.evaluate(() => {
      const field = document.querySelector('textarea');
      const text = field?.value;
      field?.remove();
      document.querySelector('.markdown')?.remove();
      return text;
    });
    assert.equal(pasted, `Words before.\n\n${code}\nWords after.`);
  });

  it('hands code to the editor, and wraps and folds it, exactly as it was written', async () => {
    const line = `\tconst x = "${'long '.repeat(80)}";`;
    const code = `${`${line}\n`.repeat(30)}end  `;
    await page.evaluate(
      (text) => {
        const view = window.markdownTest.create();
        for (let at = 0; at < text.length; at += 50) view.append(text.slice(at, at + 50));
      },
      `Short:\n\n\`\`\`\n${'x\n'.repeat(24)}\`\`\`\n\n\`\`\`ts title\n${code}\n\`\`\`\n\nEnd`,
    );
    const block = page.locator('.md-code').nth(1);
    const button = (name: string): Locator => block.getByRole('button', { name });
    const size = (): Promise<{ height: number; isWide: boolean; isHigh: boolean }> =>
      block.locator('pre').evaluate((box) => ({
        height: box.clientHeight,
        isWide: box.scrollWidth > box.clientWidth,
        isHigh: box.scrollHeight > box.clientHeight,
      }));
    const whole = await size();
    assert.deepEqual([whole.isWide, whole.isHigh], [true, false]);

    await button('Wrap lines').click();
    assert.equal(await button('Wrap lines').getAttribute('aria-pressed'), 'true');
    const wrapped = await size();
    assert.ok(wrapped.height > whole.height);
    assert.deepEqual([wrapped.isWide, wrapped.isHigh], [false, false]);
    await button('Wrap lines').click();
    assert.deepEqual(await size(), whole);

    await button('Fold code').click();
    const folded = await size();
    assert.ok(folded.height < whole.height / 2 && folded.isHigh, JSON.stringify(folded));
    await button('Insert at cursor').click();
    await button('Open in new file').click();
    await button('Unfold code').click();
    assert.deepEqual(await size(), whole);
    await button('Copy code').click();

    // A block that is in sight as a whole has nothing to fold.
    assert.equal(await page.getByRole('button', { name: 'Fold code' }).count(), 1);
    const got = await page.evaluate(() => {
      const { copied, inserted, newFiles } = window.markdownTest;
      document.querySelector('.markdown')?.remove();
      return {
        copied: copied.splice(0),
        inserted: inserted.splice(0),
        newFiles: newFiles.splice(0),
      };
    });
    assert.deepEqual(got, {
      copied: [code],
      inserted: [code],
      newFiles: [{ text: code, language: 'ts' }],
    });
  });

  it('gives code its colours when the page is idle, and then nothing is left to do (T6, T8)', async () => {
    const seen = await page.evaluate(async () => {
      const view = window.markdownTest.create();
      view.append('```ts\nconst answer = 42; // why\n`a\n');
      const plainAtFirst =
        view.element.querySelector('code')?.querySelector('[class^=md-token]') === null;
      const text = view.element.querySelector('code')?.textContent;
      await window.markdownTest.idle();
      const tokens = (): string[] =>
        [...view.element.querySelectorAll('[class^=md-token]')].map(
          (token) => `${token.className.slice(9)} ${token.textContent}`,
        );
      const first = tokens();
      view.append('b` + 1;\nlet unfinished');
      await window.markdownTest.idle();
      const second = tokens();
      view.end();
      await window.markdownTest.idle();
      const last = tokens().at(-1);
      const textAfter = view.element.querySelector('code')?.textContent;
      let requests = 0;
      const original = window.requestIdleCallback.bind(window);
      window.requestIdleCallback = (callback) => {
        requests += 1;
        return original(callback);
      };
      await window.markdownTest.idle();
      window.requestIdleCallback = original;
      view.dispose();
      return { plainAtFirst, text, first, second, last, textAfter, requests };
    });
    assert.deepEqual(seen, {
      plainAtFirst: true,
      text: 'const answer = 42; // why\n`a\n',
      first: ['keyword const', 'number 42', 'comment // why', 'string `a'],
      second: [
        'keyword const',
        'number 42',
        'comment // why',
        'string `a',
        'string b`',
        'number 1',
      ],
      last: 'keyword let',
      textAfter: 'const answer = 42; // why\n`a\nb` + 1;\nlet unfinished\n',
      requests: 0,
    });
  });

  it('colours a megabyte in slices of some lines, and data not at all (T6)', async () => {
    const code = Array.from(
      { length: 30_000 },
      (_, index) => `const value${index} = "text"; // note`,
    ).join('\n');
    const data = `{"data":"${'x'.repeat(1_000_000)}"}`;
    const seen = await page.evaluate(
      async ([long, wide]) => {
        const original = window.requestIdleCallback.bind(window);
        const slices: number[] = [];
        let onSlice = (): void => undefined;
        // The shortest idle periods that there can be.
        window.requestIdleCallback = (callback) =>
          original(() => {
            callback({ didTimeout: false, timeRemaining: () => 0 });
            onSlice();
          });
        const colour = async (text: string): Promise<string> => {
          const view = window.markdownTest.create();
          view.append(text);
          view.end();
          const observer = new MutationObserver(() => undefined);
          observer.observe(view.element, { subtree: true, childList: true });
          onSlice = () => {
            const added = observer.takeRecords().flatMap(({ addedNodes }) => [...addedNodes]);
            slices.push(added.reduce((sum, node) => sum + (node.textContent?.length ?? 0), 0));
          };
          await window.markdownTest.idle();
          const shown = view.element.querySelector('code')?.textContent ?? '';
          view.dispose();
          return shown;
        };
        const isExact = (await colour(`\`\`\`js\n${long}\n\`\`\`\n`)) === `${long}\n`;
        const coloured = slices.splice(0);
        await colour(`\`\`\`json\n${wide}\n\`\`\`\n`);
        window.requestIdleCallback = original;
        return { isExact, coloured, ofData: Math.max(...slices) };
      },
      [code, data] as const,
    );
    assert.ok(seen.isExact);
    assert.ok(seen.coloured.length > 50, `${seen.coloured.length} slices`);
    assert.ok(
      Math.max(...seen.coloured) < 10_000,
      `${Math.max(...seen.coloured)} units in a slice`,
    );
    assert.ok(seen.coloured.reduce((sum, length) => sum + length, 0) < 400_000);
    assert.ok(seen.ofData < 10_000, `${seen.ofData} units of data in a slice`);
  });

  it('makes nothing anew when the text ends', async () => {
    const added = await page.evaluate(
      (text) => {
        const view = window.markdownTest.create();
        for (let at = 0; at < text.length; at += 9) view.append(text.slice(at, at + 9));
        const observer = new MutationObserver(() => undefined);
        observer.observe(view.element, { subtree: true, childList: true });
        view.end();
        const count = observer
          .takeRecords()
          .reduce((sum, record) => sum + record.addedNodes.length, 0);
        view.dispose();
        return count;
      },
      `${'Paragraph **one** with [a link](/x).\n\n- item\n\n'.repeat(50)}The end`,
    );
    assert.equal(added, 0);
  });

  it('shows the first words at once, and a number that may become a list as well', async () => {
    const shown = await page.evaluate(() =>
      ['W', '# H', '- i', '4', '42.'].map((text) => {
        const view = window.markdownTest.create();
        view.append(text);
        const { textContent } = view.element;
        view.append(' x');
        view.end();
        const after = view.element.textContent;
        view.dispose();
        return [textContent, after];
      }),
    );
    assert.deepEqual(shown, [
      ['W', 'W x'],
      ['H', 'H x'],
      ['i', 'i x'],
      ['4', '4 x'],
      ['42.', 'x'],
    ]);
  });

  it('lets a long table read as one to those who cannot see it', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => `| row ${index} | value |\n`).join('');
    const seen = await page.evaluate((text) => {
      const view = window.markdownTest.create();
      for (let at = 0; at < text.length; at += 500) view.append(text.slice(at, at + 500));
      view.end();
      const box = view.element.querySelector('.md-table')!;
      const widths = [...box.querySelectorAll('table')].map((table) =>
        [...table.rows[0]!.cells]
          .map((cell) => Math.round(cell.getBoundingClientRect().width))
          .join(),
      );
      const result = {
        rows: box.querySelectorAll('tr').length,
        parts: box.querySelectorAll('table').length,
        role: box.getAttribute('role'),
        rowRoles: new Set([...box.querySelectorAll('tr')].map((row) => row.getAttribute('role')))
          .size,
        widths: new Set(widths).size,
      };
      view.dispose();
      return result;
    }, `| first | second |\n|---|---|\n${rows}`);
    assert.deepEqual(seen, { rows: 501, parts: 6, role: 'table', rowRoles: 1, widths: 1 });
  });

  it('lets each block take its direction from its text, and code go from left to right (T100)', async () => {
    const directions = await page.evaluate(() => {
      const view = window.markdownTest.stream([
        'שלום `code` עולם\n\nHello\n\n- שלום\n- Hello\n\n> שלום\n\n```\nשלום\n```\n',
      ]);
      const direction = (selector: string, index = 0): string =>
        getComputedStyle(view.element.querySelectorAll(selector)[index]!).direction;
      const result = [
        direction('p'),
        direction('p', 1),
        direction('ul'),
        direction('blockquote'),
        direction('p code'),
        direction('pre'),
        getComputedStyle(view.element.querySelector('li p')!).unicodeBidi,
      ];
      view.dispose();
      return result;
    });
    assert.deepEqual(directions, ['rtl', 'ltr', 'rtl', 'rtl', 'ltr', 'ltr', 'plaintext']);
  });

  it('stops at once when it is disposed of, by hand or by the signal', async () => {
    const seen = await page.evaluate(async () => {
      const controller = new AbortController();
      const view = new window.markdownTest.MarkdownView({
        ...window.markdownTest.options(),
        signal: controller.signal,
      });
      document.body.append(view.element);
      view.append('```js\nlet x = 1;\n');
      controller.abort();
      await window.markdownTest.idle();
      return {
        isThere: view.element.isConnected,
        hasColours: view.element.querySelector('[class^=md-token]') !== null,
      };
    });
    assert.deepEqual(seen, { isThere: false, hasColours: false });
  });
});
