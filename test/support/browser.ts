import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, onTestFinished, test, vi } from 'vitest';
import { browser as wholeBrowser, headlessShell } from './programs.js';

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
export type OpenPage = (options?: PageOptions) => Promise<Page>;

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

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
const launch = (executablePath: string | undefined) =>
  test.extend<{ $worker: { browser: Browser } }>({
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
/** Tests of the inspector take the shell. Attacks take the whole browser, as a victim does. */
const KINDS = { shell: launch(headlessShell), whole: launch(wholeBrowser) };
export type BrowserKind = keyof typeof KINDS;

/** A page for each test, in a profile of its own. For files with the tag `browser`. */
export function useBrowser(kind: BrowserKind = 'whole'): OpenPage {
  let browser: Browser | undefined;
  KINDS[kind].beforeAll(({ browser: launched }) => {
    browser = launched;
  });
  return async () => {
    const context = await browser!.newContext();
    onTestFinished(() => context.close());
    return await context.newPage();
  };
}

/** One page for all tests of a file. Each gets it blank and without popups; storage of earlier tests stays, for their ports. */
export function usePage(kind: BrowserKind = 'whole'): OpenPage {
  let context: BrowserContext | undefined;
  KINDS[kind].beforeAll(async ({ browser }) => {
    context = await browser.newContext();
    await context.newPage();
  });
  afterAll(() => context?.close());
  return async ({ viewport = { width: 1280, height: 720 }, colorScheme = 'light' } = {}) => {
    const [page, ...popups] = context!.pages();
    for (const popup of popups) await popup.close();
    // Chromium prefetches for visible pages only.
    await page!.bringToFront();
    await page!.unrouteAll();
    await page!.setViewportSize(viewport);
    await page!.emulateMedia({ colorScheme });
    // A navigation of the last test may come between.
    await vi.waitFor(() => page!.goto('about:blank'));
    return page!;
  };
}
