import { resolve } from 'node:path';
import process from 'node:process';
import { defineConfig } from 'vitest/config';
import { createTags } from '../support/programs.js';
import { Reporter } from '../support/reporter.ts';

const { MKIO_PROXY_OCI_STATE: state = '/var/tmp/mkio-proxy-oci' } = process.env;

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: [
      'test/container/*.test.ts',
      // End-to-end tests, run with the image's program.
      'test/e2e/{journeys,life,sandbox,trust}.test.ts',
    ],
    env: { MKIO_PROXY_TEST_PROGRAM: `${resolve(import.meta.dirname, 'program.sh')} ${state}` },
    tags: createTags(),
    reporters: [new Reporter()],
    testTimeout: 40_000,
    hookTimeout: 20_000,
  },
});
