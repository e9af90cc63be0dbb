import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const TEST = import.meta.dirname;
const SRC = resolve(TEST, '../src');

interface Architecture {
  /** Rooms and root files, bottom to top, each with every other one that it imports, types included. */
  readonly arrows: Readonly<Record<string, readonly string[]>>;
  readonly packageOwners: Readonly<Record<string, string>>;
  /** Files and folders that decide without Fastify, I/O and clock. */
  readonly pure: readonly string[];
}

/** The linter reads the same table. */
const {
  arrows: ARROWS,
  packageOwners: PACKAGE_OWNERS,
  pure: PURE,
} = JSON.parse(readFileSync(join(TEST, 'architecture.json'), 'utf8')) as Architecture;
const ROOMS = Object.keys(ARROWS);
const PAGE_PACKAGES = ['preact', 'preact/hooks', '@preact/signals', '@tanstack/virtual-core'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));
const imports = files.flatMap((file) => readImports(file));
const pureFiles = files.filter((file) =>
  PURE.some((pure) => file === pure || (pure.endsWith('/') && file.startsWith(pure))),
);

function readImports(file: string): Import[] {
  const pattern = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gms;
  return [...(sources.get(file) ?? '').matchAll(pattern)].map(([, type, named, dynamic]) => {
    const specifier = named ?? dynamic ?? '';
    const to = specifier.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), specifier)) : specifier;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

/** A folder of src, or a file that lies in src itself. */
function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** One circle of files, or undefined: depth first, with the files on the way. */
function findCircle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { to } of imports.filter(({ from }) => from === file)) {
      const circle = visit(to, [...way, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe('the architecture holds', () => {
  test('every room of src is in the table', () => {
    expect([...new Set(files.map(roomOf))].sort()).toEqual([...ROOMS].sort());
  });

  test('the table lists exactly the arrows that the code has, types included', () => {
    const crossing = imports.filter(({ from, to }) => sources.has(to) && roomOf(from) !== roomOf(to));
    const found = ROOMS.map((room) => {
      const others = new Set(crossing.filter(({ from }) => roomOf(from) === room).map(({ to }) => roomOf(to)));
      return [room, ROOMS.filter((other) => others.has(other))];
    });
    expect(Object.fromEntries(found)).toEqual(ARROWS);
  });

  test('every arrow points downward', () => {
    const upward = ROOMS.flatMap((room, floor) =>
      (ARROWS[room] ?? []).filter((other) => ROOMS.indexOf(other) >= floor).map((other) => `${room} imports ${other}`),
    );
    expect(upward).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(findCircle()).toBeUndefined();
  });

  test('the page imports only code that runs in a browser', () => {
    const code = imports.filter(({ from, typeOnly }) => roomOf(from) === 'page' && !typeOnly);
    const runsInBrowser = new Set([...PAGE_PACKAGES, ...pureFiles, 'errors.ts', 'text/figures.ts']);
    expect(code.filter(({ to }) => roomOf(to) !== 'page' && !runsInBrowser.has(to))).toEqual([]);
  });

  test.each(Object.entries(PACKAGE_OWNERS))('only %2$s imports %1$s', (name, owner) => {
    const importers = imports.filter(({ to, typeOnly }) => to === name && !typeOnly).map(({ from }) => from);
    expect(importers).toEqual([owner]);
  });

  test('only cli/ uses process', () => {
    const users = files.filter((file) => /\bprocess\.[a-z]|from 'node:process'/.test(sources.get(file) ?? ''));
    expect(users.filter((file) => roomOf(file) !== 'cli')).toEqual([]);
  });

  test('only cli/main.ts ends the process', () => {
    const users = files.filter((file) => /process\.(?:exit\b|exitCode)/.test(sources.get(file) ?? ''));
    expect(users).toEqual(['cli/main.ts']);
  });

  test('every entry of the pure list exists', () => {
    const stale = PURE.filter((pure) => !pureFiles.some((file) => file === pure || file.startsWith(pure)));
    expect(stale).toEqual([]);
  });

  test.each(pureFiles)('%s has no Fastify, no I/O and no clock', (file) => {
    expect(sources.get(file)).not.toMatch(/Date\.now|performance\.|new Date\(\)|setTimeout|setInterval|Math\.random/);
    const code = imports.filter(({ from, typeOnly }) => from === file && !typeOnly).map(({ to }) => to);
    expect(code.filter((to) => to.startsWith('node:') || to.startsWith('fastify') || to === 'undici')).toEqual([]);
  });
});

test('no family of the sandbox needs more than 200 lines', () => {
  const long = [...sources].filter(([file, text]) => roomOf(file) === 'sandbox' && text.split('\n').length > 201);
  expect(long.map(([file]) => file)).toEqual([]);
});

test('tests take their helpers only from test/support/', () => {
  const testFiles = readdirSync(TEST, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const helpers = testFiles.flatMap((file) => {
    const specifiers = [...readFileSync(join(TEST, file), 'utf8').matchAll(/ from '(\.[^']+)'|import\('(\.[^']+)'\)/g)];
    return specifiers.map(([, named, dynamic = '']) => relative(TEST, resolve(TEST, dirname(file), named ?? dynamic)));
  });
  expect(helpers.filter((path) => !/^(?:support|\.\.\/src)\//.test(path))).toEqual([]);
});
