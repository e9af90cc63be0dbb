import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPTION_KEYS, OPTIONS } from '../../src/config/options.ts';

const path = resolve(import.meta.dirname, '../../docs/sidecar.md');
const guide = readFileSync(path, 'utf8');
const settings = OPTION_KEYS.map((key) => OPTIONS[key].env as string);

describe('docs/sidecar.md', () => {
  test.each([...guide.matchAll(/\]\(([\w./-]+)[#)]/g)].map(([, link = '']) => link))(
    'leads to %s, which exists',
    (link) => {
      expect(existsSync(resolve(dirname(path), link))).toBe(true);
    },
  );

  test('names settings that exist', () => {
    const named = [...guide.matchAll(/MKIO_(?:PROXY_)?[A-Z_]+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(settings).toEqual(expect.arrayContaining(named));
  });

  test.each([...guide.matchAll(/```sh elsewhere\n([^]*?)```/g)].map(([, text = '']) => text))(
    'has commands that a shell can read: %s',
    (text) => {
      expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    },
  );
});
