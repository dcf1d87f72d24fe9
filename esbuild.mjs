import { context, build } from 'esbuild';
import { rm } from 'node:fs/promises';

/**
 * Seven bundles: the extension, which loads at activation; the transport with the SDK, which loads at the first request;
 * the SSE adapter, which loads when it is started; the tools, which load with the first one; what shows
 * changed files, which loads with the first of them; the view, which loads in the webview, in parts; the stream inspector,
 * which loads in its tab. `--watch` rebuilds on change, `--production` minifies.
 */
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Keeps parts out of the extension's bundle: `import('…/anthropicTransport')` loads its own file. */
const lazyParts = {
  name: 'lazy-parts',
  setup(plugin) {
    plugin.onResolve(
      { filter: /\/(anthropicTransport|sseAdapter|workspaceTools|fileReview)$/ },
      (args) =>
        args.kind === 'dynamic-import'
          ? { path: `./${args.path.split('/').at(-1)}.js`, external: true }
          : undefined,
    );
  },
};

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};

const host = { ...common, platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'] };

const bundles = [
  {
    ...host,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    plugins: [lazyParts],
  },
  {
    ...host,
    entryPoints: {
      anthropicTransport: 'src/node/anthropicTransport.ts',
      sseAdapter: 'src/node/sseAdapter.ts',
      workspaceTools: 'src/host/tools/workspaceTools.ts',
      fileReview: 'src/host/tools/fileReview.ts',
    },
    outdir: 'dist',
  },
  {
    ...common,
    entryPoints: { view: 'media/view.tsx', inspector: 'media/inspector/inspector.tsx' },
    outdir: 'dist',
    format: 'esm',
    target: 'chrome128',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    // What the view imports when it is needed, as the languages of code are, is a file of its own.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  },
];

await rm('dist', { recursive: true, force: true });
if (watch) {
  for (const bundle of bundles) await (await context(bundle)).watch();
} else {
  await Promise.all(bundles.map((bundle) => build(bundle)));
}
