import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'dist/cli/main.js',
  platform: 'node',
  output: {
    charset: 'ascii',
    dir: 'bundle/cli',
    format: 'esm',
    cleanDir: true,
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
    comments: false,
  },
});
