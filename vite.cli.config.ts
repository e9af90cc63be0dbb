import { defineConfig } from 'vite';

/** The command line with its packages in few files: Node starts faster from them, and the image needs nothing else. */
export default defineConfig({
  logLevel: 'warn',
  envPrefix: 'NOTHING_',
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist/cli',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
        comments: false,
        charset: 'ascii',
        entryFileNames: 'main.js',
        chunkFileNames: '[name]-[hash].js',
      },
    },
    // The packages are distributed with it.
    license: { fileName: 'LICENSES.md' },
  },
});
