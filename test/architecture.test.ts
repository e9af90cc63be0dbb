import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

interface Architecture {
  /** What a room may import as code from other rooms; types may come from anywhere but the outside. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly packageOwners: Readonly<Record<string, string>>;
  readonly pure: readonly string[];
}

/** The linter reads the same table. */
const {
  rooms: ROOMS,
  packageOwners: PACKAGE_OWNERS,
  pure: PURE,
} = JSON.parse(readFileSync(join(import.meta.dirname, 'architecture.json'), 'utf8')) as Architecture;
const OUTSIDE = ['cli', 'app.ts', 'admin-app.ts', 'index.ts', 'server.ts'];

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

/** The innermost: `admin/ui` is a room within a room. */
function roomOf(file: string): string {
  const inner = file.split('/').slice(0, 2).join('/');
  return inner in ROOMS ? inner : (file.split('/')[0] ?? '');
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

  test('the page imports as code what runs in a browser alone', () => {
    const code = imports.filter(({ from, typeOnly }) => roomOf(from) === 'page' && !typeOnly);
    const others = code.filter(({ to }) => roomOf(to) !== 'page' && to !== 'errors.ts' && !PURE.includes(to));
    const packages = ['preact', 'preact/hooks', '@preact/signals', '@tanstack/virtual-core'];
    expect(others.filter(({ to }) => !packages.includes(to))).toEqual([]);
    expect(imports.filter(({ from, to }) => roomOf(to) === 'page' && roomOf(from) !== 'page')).toEqual([]);
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

test('no family of the sandbox needs more than 200 lines', () => {
  const long = [...sources].filter(([file, text]) => roomOf(file) === 'sandbox' && text.split('\n').length > 201);
  expect(long.map(([file]) => file)).toEqual([]);
});
