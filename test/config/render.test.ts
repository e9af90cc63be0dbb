import { readFileSync } from 'node:fs';
import * as dotenv from 'dotenv';
import { describe, expect, test } from 'vitest';
import { OPTION_KEYS, optionOf } from '../../src/config/options.ts';
import { renderEnvExample, renderMarkdown, renderSchema } from '../../src/config/render.ts';

const fileOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('Generated files match the option table', () => {
  test('.env.example: update with `mkio-proxy settings --format env > .env.example`', () => {
    expect(fileOf('.env.example')).toBe(renderEnvExample());
  });

  test('config/schema.json: update with `mkio-proxy settings --format schema > config/schema.json`', () => {
    expect(fileOf('config/schema.json')).toBe(renderSchema());
  });

  test('README.md: `mkio-proxy settings --format markdown` prints the table between the settings markers', () => {
    const [, table] = /<!-- settings -->\n([^]*?)<!-- \/settings -->/.exec(fileOf('README.md')) ?? [];
    expect(table?.trim()).toBe(renderMarkdown().trim());
  });
});

describe('.env.example', () => {
  test('changes no setting if it is copied unmodified', () => {
    expect(dotenv.parse(renderEnvExample())).toEqual({});
  });

  test('names every setting with its default', () => {
    const uncommented = renderEnvExample().replaceAll(/^# (?=[A-Z_]+=)/gm, '');
    const defaults = OPTION_KEYS.map((key) => [optionOf(key).env, optionOf(key).default ?? '']);
    expect(dotenv.parse(uncommented)).toEqual(Object.fromEntries(defaults));
  });
});
