import { defineConfig } from 'vite';

/** The inspector page: static files that need neither a server of their own nor the network. */
export default defineConfig({
  root: 'src/page',
  logLevel: 'warn',
  // The page is served as it is built, so nothing of the environment gets in.
  envPrefix: 'NOTHING_',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: false,
    // The content security policy knows no data: addresses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // What is in the page is distributed with it.
    license: { fileName: 'LICENSES.md' },
  },
});
