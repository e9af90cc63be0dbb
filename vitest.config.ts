import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { createTags } from './test/support/programs.js';
import { Reporter } from './test/support/reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need an image and podman: `npm run test:image`.
    exclude: [...configDefaults.exclude, 'test/container/**'],
    testTimeout: 40_000,
    hookTimeout: 20_000,
    unstubEnvs: true,
    tags: createTags(),
    reporters: [new Reporter()],
    // Tests leave nothing behind in modules, and loading these anew for each file takes longer than the tests do.
    isolate: false,
    // Tests wait for sockets and processes more than they count: one more worker than cores keeps all cores busy.
    maxWorkers: availableParallelism() + 1,
  },
});
