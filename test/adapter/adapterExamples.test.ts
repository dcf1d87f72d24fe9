import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags, provisionChromium } from '../editor/provision/chromium';
import { repositoryRoot } from '../editor/provision/paths';
import { png } from '../fixtures/images';
import { textAnswer } from '../server/scenario';
import { AdapterGround, eventually } from './adapterGround';
import { CuttingProxy } from './cuttingProxy';

const run = promisify(execFile);
const answer = 'Hello,\n\nfrom the stream. 😀';

/** The examples of the README, as they stand there, by their language in order. */
async function examples(): Promise<ReadonlyMap<string, readonly string[]>> {
  const readme = await readFile(path.join(repositoryRoot, 'README.md'), 'utf8');
  const [, section = ''] = /^## Share the stream(.*?)^## /ms.exec(readme) ?? [];
  const found = new Map<string, string[]>();
  for (const [, language = '', code = ''] of section.matchAll(/^```(\w+)\n(.*?)^```/gms)) {
    found.set(language, [...(found.get(language) ?? []), code]);
  }
  return found;
}

describe('SSE adapter, examples of the README', function () {
  this.timeout(120_000);
  let test: AdapterGround;
  let found: Awaited<ReturnType<typeof examples>>;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    found = await examples();
    test = await AdapterGround.start();
    test.server.use(textAnswer(answer, { deltaSize: 4 }));
    env = { ...process.env, CAUDAL_URL: test.adapter.url, CAUDAL_TOKEN: test.adapter.token };
  });

  after(() => test.close());

  function example(language: string, n = 0): string {
    return found.get(language)?.[n] ?? assert.fail(`no example ${n} in ${language}`);
  }

  it('has one for curl, EventSource, fetch, Python and Node', () => {
    const counts = [...found].map(([language, codes]) => [language, codes.length]);
    assert.deepEqual(counts, [
      ['sh', 2],
      ['js', 2],
      ['python', 1],
      ['mjs', 1],
    ]);
  });

  it('curl', async () => {
    const { stdout } = await run('sh', ['-c', example('sh')], { env });
    assert.match(stdout, /data: Hell/);
    assert.match(stdout, /data: \[DONE\]\n\n$/);
  });

  it('curl with an image, which the server gets byte for byte', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'caudal-example-'));
    await writeFile(path.join(folder, 'screenshot.png'), png(50, 40));
    const { stdout } = await run('sh', ['-c', example('sh', 1)], { env, cwd: folder });
    await rm(folder, { recursive: true });
    assert.match(stdout, /data: \[DONE\]\n\n$/);
    const { messages } = test.server.messageRequests.at(-1)!.body as {
      messages: { content: { type: string; text?: string; source?: { data: string } }[] }[];
    };
    const [name, image] = messages.at(-1)!.content;
    assert.equal(name?.text, 'screenshot.png:');
    assert.equal(image?.source?.data, Buffer.from(png(50, 40)).toString('base64'));
  });

  it('Python', async function () {
    try {
      await run('python3', ['--version']);
    } catch {
      console.log('      python3 is not there: skipped');
      this.skip();
    }
    const { stdout } = await run('python3', ['-c', example('python')], {
      env: { ...env, PYTHONIOENCODING: 'utf-8' },
    });
    assert.equal(stdout, answer);
  });

  it('Node, with the SDK', async () => {
    // Where the SDK is found.
    const file = path.join(repositoryRoot, `test/adapter/.example-${process.pid}.mjs`);
    await writeFile(file, example('mjs'));
    try {
      const { stdout } = await run(process.execPath, [file], { env });
      assert.equal(stdout, answer);
    } finally {
      await rm(file);
    }
  });

  describe('in Chromium', () => {
    let browser: Browser;
    let page: Page;
    let origin: string;
    const site = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><body>');
    });

    before(async () => {
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
      await test.close();
      test = await AdapterGround.start({ allowedOrigins: [origin] });
      test.server.use(textAnswer(answer, { deltaSize: 4 }));
      browser = await chromium.launch({
        executablePath: await provisionChromium(),
        args: [...chromiumFlags],
      });
    });

    beforeEach(async () => {
      page = await browser.newPage();
      await page.goto(origin);
    });

    afterEach(() => page.close());

    after(async () => {
      await browser.close();
      await new Promise((resolve) => site.close(resolve));
    });

    /** Runs an example in the page, with what it names. */
    async function inPage(code: string, names: Readonly<Record<string, string>>): Promise<void> {
      const given = Object.entries(names)
        .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
      await page.evaluate(
        `(async () => { ${given}\n${code}\nglobalThis.source = typeof source === 'undefined' ? undefined : source; })()`,
      );
    }

    const shown = (): Promise<string> => page.evaluate('document.body.textContent');

    it('fetch', async () => {
      const { url, token } = test.adapter;
      await inPage(example('js', 1), { CAUDAL_URL: url, CAUDAL_TOKEN: token });
      assert.equal(await shown(), answer);
    });

    it('EventSource, over cuts of the network: nothing missed, nothing doubled (T56)', async () => {
      const text = Array.from({ length: 150 }, (_, i) => `${i} 😀\n`).join('');
      test.server.use(textAnswer(text, { deltaSize: 4, rate: 60 }));
      const turn = test.ask();
      const proxy = await CuttingProxy.start(test.adapter.url);
      test.adapter.allowHost(proxy.authority);
      await inPage(example('js', 0), {
        CAUDAL_URL: `http://${proxy.authority}`,
        CAUDAL_TOKEN: test.adapter.token,
        turnId: turn.id,
      });
      for (let cuts = 1; cuts <= 3; cuts++) {
        await eventually(() => proxy.connections >= cuts && test.adapter.clients > 0, 'a client');
        const before = (await shown()).length;
        await page.waitForFunction((n) => document.body.textContent.length > n, before);
        proxy.cut();
      }
      await page.waitForFunction('source.readyState === EventSource.CLOSED');
      assert.equal(await shown(), text);
      assert.ok(proxy.connections > 3);
      await proxy.close();
    });

    it('keeps a page of another origin out', async () => {
      const { url, token } = test.adapter;
      await page.goto(origin.replace('127.0.0.1', 'localhost'));
      const said = await page.evaluate(
        ([address]) =>
          fetch(address!).then(
            () => 'read',
            () => 'kept out',
          ),
        [`${url}/v1/conversations?token=${token}`],
      );
      assert.equal(said, 'kept out');
    });
  });
});
