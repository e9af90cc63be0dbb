import { readFileSync } from 'node:fs';

/** package.json lies two folders up from src/cli and from dist/cli alike. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageFile;
  return version;
}

interface PackageFile {
  readonly version: string;
}
