import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The built demo on free ports: both addresses, and a function that stops it. */
export async function startDemo() {
  const child = spawn(process.execPath, [MAIN, 'demo', '--port', '0', '--admin-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes('Ctrl-C')) break;
  }
  const [, proxy] = /proxy +(http\S+)/.exec(printed) ?? [];
  const [, admin] = /admin +(http\S+)/.exec(printed) ?? [];
  return { proxy, admin: admin?.replace(/\/$/, ''), close: () => child.kill('SIGINT') };
}

/** The browser of MKIO_PROXY_TEST_BROWSER, else an installed one. */
export const findBrowser = () => process.env.MKIO_PROXY_TEST_BROWSER ?? PLACES.find((place) => existsSync(place));
