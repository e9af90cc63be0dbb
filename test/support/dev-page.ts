import type { Page } from 'playwright-core';
import type { OpenPage } from './browser.ts';
import { startSite } from './site.ts';

/** A page of a dev server, on its own loopback origin. */
export async function openDevPage(openPage: OpenPage, hostname = 'localhost'): Promise<Page> {
  const site = await startSite({ '/': '<link rel="icon" href="data:,"><title>a frontend</title><body>' });
  const page = await openPage();
  await page.goto(`http://${hostname}:${site.port}/`);
  return page;
}

/** The parts of an answer that a page can read. */
export interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export const fetchIn = (page: Page, url: string, init: RequestInit = {}): Promise<Read> =>
  page.evaluate(
    async ([url, init]) => {
      const answer = await fetch(url, init);
      return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
    },
    [url, init] as const,
  );

export const jsonOf = ({ text }: Read): unknown => JSON.parse(text);
