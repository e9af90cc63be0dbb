import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}
interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
const { dependencies } = JSON.parse(read('package.json')) as Package;
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
const locked = Object.entries(packages).filter(([path]) => path !== '');
const namesOf = (found: typeof locked): string[] => found.map(([path]) => path);

describe('Of the packages', () => {
  test('each that the product needs has its reason in docs/dependencies.md', () => {
    const [, table = ''] = /\| package [^]*?\n\|[- |]*\n([^]*?)\n\n/.exec(read('docs/dependencies.md')) ?? [];
    const told = table.split('\n').flatMap((row) => (row.split('|')[1] ?? '').replace(/\(.*?\)/g, '').split(','));
    expect(told.map((name) => name.trim()).toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });

  test('each is locked by its hash', () => {
    expect(namesOf(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')))).toEqual([]);
  });

  test('none is bound to an address that it is downloaded from', () => {
    expect(namesOf(locked.filter(([, { resolved }]) => resolved !== undefined))).toEqual([]);
  });

  test('none that the product needs runs a script when it is installed', () => {
    expect(namesOf(locked.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript))).toEqual([]);
  });
});
