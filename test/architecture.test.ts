import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** What a room may import as code from other rooms; types may come from anywhere but the outside. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  config: [],
  token: [],
  policy: [],
  traffic: [],
  forward: ['policy'],
  admin: ['policy', 'traffic'],
  ops: ['policy'],
  sandbox: [],
};
const OUTSIDE = ['cli', 'app.ts', 'index.ts', 'server.ts'];

const PACKAGE_OWNERS: Readonly<Record<string, string>> = {
  '@fastify/http-proxy': 'forward/plugin.ts',
  undici: 'forward/dispatcher.ts',
  dotenv: 'config/load.ts',
};

const PURE = [
  'loopback.ts',
  'token/jwt.ts',
  'policy/access.ts',
  'policy/catalogue.ts',
  'policy/cors.ts',
  'policy/families.ts',
  'policy/guarded.ts',
  'policy/levels.ts',
  'policy/loosenings.ts',
  'policy/methods.ts',
  'policy/operations.ts',
  'policy/patterns.ts',
  'policy/policy-file.ts',
  'policy/projects.ts',
  'policy/readings.ts',
  'policy/refusal.ts',
  'policy/rules.ts',
  'policy/suggestion.ts',
  'policy/target.ts',
  'forward/headers.ts',
  'forward/failures.ts',
  'forward/links.ts',
  'traffic/redact.ts',
  'traffic/secret-names.ts',
  'traffic/shapes.ts',
  'traffic/spelling-search.ts',
  'traffic/spellings.ts',
  'config/options.ts',
  'config/policy.ts',
  'config/render.ts',
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));
const imports = files.flatMap((file) => readImports(file));

function readImports(file: string): Import[] {
  const pattern = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gms;
  return [...(sources.get(file) ?? '').matchAll(pattern)].map(([, type, named, dynamic]) => {
    const specifier = named ?? dynamic ?? '';
    const to = specifier.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), specifier)) : specifier;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

describe('the architecture holds', () => {
  test('every folder of src is a known room', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(roomOf));
    expect([...folders].sort()).toEqual([...Object.keys(ROOMS), 'cli'].sort());
  });

  test('a room imports code only from the rooms it may see', () => {
    const trespasses = imports.filter(({ from, to, typeOnly }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      return room in ROOMS && other in ROOMS && room !== other && !typeOnly && !ROOMS[room]?.includes(other);
    });
    expect(trespasses).toEqual([]);
  });

  test('nobody but the outside imports the outside', () => {
    const trespasses = imports.filter(({ from, to }) => roomOf(from) in ROOMS && OUTSIDE.includes(roomOf(to)));
    expect(trespasses).toEqual([]);
    expect(imports.filter(({ from, to }) => roomOf(to) === 'cli' && roomOf(from) !== 'cli')).toEqual([]);
    expect(imports.filter(({ to }) => to === 'index.ts')).toEqual([]);
  });

  test.each(Object.entries(PACKAGE_OWNERS))('%s is imported by %s alone', (name, owner) => {
    const importers = imports.filter(({ to, typeOnly }) => to === name && !typeOnly).map(({ from }) => from);
    expect(importers).toEqual([owner]);
  });

  test('process is touched by cli/ and ops/shutdown.ts alone', () => {
    const users = files.filter((file) => /\bprocess\.[a-z]|from 'node:process'/.test(sources.get(file) ?? ''));
    expect(users.filter((file) => roomOf(file) !== 'cli' && file !== 'ops/shutdown.ts')).toEqual([]);
  });

  test('process.exit stands in cli/main.ts alone', () => {
    const users = files.filter((file) => /process\.(?:exit\b|exitCode)/.test(sources.get(file) ?? ''));
    expect(users.filter((file) => file !== 'cli/main.ts')).toEqual([]);
  });

  test.each(PURE)('%s has no Fastify, no I/O and no clock', (file) => {
    const source = sources.get(file);
    expect(source).toBeDefined();
    expect(source).not.toMatch(/Date\.now|performance\.|new Date\(\)|setTimeout|setInterval|Math\.random/);
    const code = imports.filter(({ from, typeOnly }) => from === file && !typeOnly).map(({ to }) => to);
    expect(code.filter((to) => to.startsWith('node:') || to.startsWith('fastify') || to === 'undici')).toEqual([]);
  });
});
