import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { findCommand, installable } from './programs.js';

/** Installs the missing programs for tests, on Debian. */
const packages = installable.flatMap((program) => program.packages);

function runApt(...args) {
  const [command, ...first] =
    process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '--preserve-env=DEBIAN_FRONTEND', 'apt-get'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync(command, [...first, ...args], { env, stdio: ['inherit', 'ignore', 'inherit'] });
}

if (packages.length > 0 && findCommand('apt-get') === undefined) {
  process.stderr.write(`There is no apt-get. Install in your own way: ${packages.join(' ')}\n`);
  process.exitCode = 1;
} else if (packages.length > 0) {
  runApt('update', '-qq');
  runApt('install', '-y', '-qq', '--no-install-recommends', ...packages);
}
