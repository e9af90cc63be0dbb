import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import process from 'node:process';

const { CI, MKIO_PROXY_TEST_BROWSER, PATH = '' } = process.env;
const BROWSERS = [
  'chromium',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
/** Options of `unshare`: the next process is PID 1 of its namespace, as in a container. */
export const AS_FIRST = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];

/** The path of the first of these names that is installed. */
export const findCommand = (...names) =>
  names
    .flatMap((name) => (isAbsolute(name) ? [name] : PATH.split(delimiter).map((folder) => join(folder, name))))
    .find((path) => existsSync(path));

const has = (name) => findCommand(name) !== undefined;
const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const findBrowser = (...names) => findCommand(...(MKIO_PROXY_TEST_BROWSER ? [MKIO_PROXY_TEST_BROWSER] : names));

/** The path of a whole browser. */
export const browser = findBrowser(...BROWSERS);
/** The path of a browser without tabs, payments and the like. It takes half the CPU time; without it, the whole one. */
export const headlessShell = findBrowser('chromium-headless-shell', ...BROWSERS);

/**
 * Programs needed by tests, besides Node, a POSIX shell and the core utilities, with their Debian packages.
 * A test that needs one has the key as its tag, and is skipped if the program is missing.
 */
const PROGRAMS = {
  browser: { name: 'Chromium', found: browser !== undefined, packages: ['chromium'] },
  // No test needs it, but without it they take a minute longer.
  shell: {
    name: 'Chromium headless shell',
    found: has('chromium-headless-shell'),
    packages: ['chromium-headless-shell'],
  },
  redis: { name: 'Redis', found: has('redis-server'), packages: ['redis-server'] },
  pass: { name: 'pass', found: has('pass') && has('gpg') && has('gpg-agent'), packages: ['pass', 'gpg', 'gpg-agent'] },
  curl: { name: 'curl', found: has('curl'), packages: ['curl'] },
  python: { name: 'Python', found: has('python3'), packages: ['python3'] },
  bash: { name: 'Bash', found: has('bash'), packages: ['bash'] },
  script: { name: 'script', found: has('script'), packages: ['bsdutils'] },
  compose: { name: 'docker-compose', found: has('docker-compose'), packages: ['docker-compose'] },
  systemd: { name: 'systemd-analyze', found: has('systemd-analyze'), packages: ['systemd'] },
  // The kubectl of Debian 12 is too old: it does not support components.
  kubernetes: { name: 'kubectl or kustomize', found: has('kubectl') || has('kustomize'), packages: [] },
  namespaces: { name: 'user namespaces', found: runs('unshare', ...AS_FIRST, 'true'), packages: [] },
};

/** The missing programs, by their tags. */
export const missing = Object.fromEntries(Object.entries(PROGRAMS).filter(([, { found }]) => !found));
/** The missing programs with a Debian package. */
export const installable = Object.values(missing).filter(({ packages }) => packages.length > 0);

/** Tags for vitest's configuration: tests of missing programs are skipped. With CI=true they are an error. */
export function createTags() {
  if (CI === 'true' && installable.length > 0) {
    const names = installable.map(({ name }) => name).join(', ');
    throw new Error(`CI=true, and programs that tests need are missing: ${names}. On Debian: npm run test:setup`);
  }
  return Object.entries(PROGRAMS).map(([name, { found }]) => ({ name, skip: !found }));
}
