import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { onTestFinished, test } from 'vitest';
import { browser as executablePath } from './programs.js';

const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  // Every name under .example resolves to this machine, where tests serve pages.
  '--host-resolver-rules=MAP *.example 127.0.0.1',
  // Service workers need this flag if the page has a test certificate.
  '--ignore-certificate-errors',
];

/** A page in its own profile, closed when the test ends. */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/** The globals of a page: tests are type-checked without browser types. */
export interface PageGlobals {
  readonly opener: unknown;
  readonly innerWidth: number;
  readonly localStorage: object;
  readonly sessionStorage: object;
  readonly navigator: { readonly clipboard: { readonly readText: () => Promise<string> } };
  readonly document: {
    readonly activeElement: { readonly id: string } | null;
    readonly body: object;
    readonly documentElement: { readonly scrollWidth: number };
  };
  readonly getComputedStyle: (element: object) => { readonly backgroundColor: string };
}

/** One browser for all files of a worker. */
const withBrowser = test.extend<{ $worker: { browser: Browser } }>({
  browser: [
    // eslint-disable-next-line no-empty-pattern -- vitest requires a pattern here.
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: executablePath!, args: ARGS });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

/** For files with the tag `browser`. */
export function useBrowser(): OpenPage {
  let browser: Browser | undefined;
  withBrowser.beforeAll(({ browser: launched }) => {
    browser = launched;
  });
  return async (options) => {
    const context = await browser!.newContext(options);
    onTestFinished(() => context.close());
    return await context.newPage();
  };
}
