import { startEditor } from '/work/main/test/editor/editorSession';
async function main() {
  const v = process.argv[2] as '1.139.1';
  const t0 = Date.now();
  const lap = (s: string) => console.log(s, Date.now() - t0);
  const e = await startEditor({ version: v, extension: { kind: 'source', path: '/tmp/miniext' }, settings: { 'caudal.baseUrl': 'http://127.0.0.1:9' }, env: { ANTHROPIC_API_KEY: 'abc' }, colorTheme: 'light' });
  lap('started');
  try {
    const p = await e.openPanel(); lap('panel');
    console.log(await p.locator('pre').innerText());
    await e.setSideBarWidth(300); console.log(await (await e.panel()).evaluate(() => innerWidth));
    await e.runCommand('Caudal: Open chat in editor'); lap('cmd');
    await e.panel('editor'); console.log((await e.panels()).length);
    for (const t of ['dark','hcDark','hcLight'] as const) { await e.setTheme(t); lap(t); console.log(await (await e.panel()).evaluate(() => document.body.className)); }
    console.log('host', await e.hostPid());
    await e.screenshot('/tmp/try.png');
    await e.reload(); await e.openPanel(); lap('reload');
  } finally { await e.dispose(); lap('disposed'); }
}
main().catch(e => { console.error(e); process.exit(1); });
