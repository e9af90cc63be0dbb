import { readFileSync } from 'node:fs';

/** package.json is two folders above both src/cli and dist/cli. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageFile;
  return version;
}

interface PackageFile {
  readonly version: string;
}
