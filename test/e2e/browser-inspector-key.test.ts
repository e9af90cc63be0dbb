/** @module-tag browser */
import { describe, expect, test } from 'vitest';
import type { PageGlobals } from '../support/browser.ts';
import { usePage } from '../support/browser.ts';
import { describePage, openInspector, startSandboxProxy } from '../support/inspector.ts';
import { startSite } from '../support/site.ts';

const openPage = usePage('shell');
const KEY = 'the-admin-key-of-the-tests';

describe('with an admin key, the inspector', () => {
  test('asks for it, reports a wrong one, and keeps it out of addresses and storage', async () => {
    const proxy = await startSandboxProxy({ admin: { host: '127.0.0.1', port: 0, key: KEY } });
    await proxy.media('/assets');
    const page = await openPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${proxy.admin}/`);
    const { row } = describePage(page);
    const field = page.getByLabel('MKIO_PROXY_ADMIN_KEY');
    await field.fill('a-wrong-admin-key');
    await field.press('Enter');
    await page.getByText('That was not the key.').waitFor();
    await field.fill(KEY);
    await field.press('Enter');
    await row('List assets').click();
    await page.getByRole('complementary').getByText('media.assets.list').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(asked.filter((url) => url.includes('key'))).toEqual([]);
    expect(
      await page.evaluate(() => {
        const { localStorage, sessionStorage } = globalThis as unknown as PageGlobals;
        return JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
      }),
    ).not.toContain(KEY);
  });
});

describe('a page of another origin', () => {
  test('may link to the inspector, but cannot control it', async () => {
    const { admin } = await startSandboxProxy();
    const site = await startSite({ '/': `<a href="${admin}/" target="_blank" rel="opener">look</a>` });
    const page = await openPage();
    await page.goto(`http://docs.example:${site.port}/`);
    const opening = page.waitForEvent('popup');
    await page.getByRole('link').click();
    const inspector = await opening;
    await inspector.getByText('live', { exact: true }).waitFor();
    expect(await inspector.evaluate(() => (globalThis as unknown as PageGlobals).opener === null)).toBe(true);
  });

  test.each([
    ['frame', (url: string) => `<iframe src="${url}"></iframe>`],
    ['form', (url: string) => `<form method="post" action="${url}"></form><script>document.forms[0].submit()</script>`],
  ])('is refused the inspector by a %s', async (_, html) => {
    const { admin } = await startSandboxProxy();
    const site = await startSite({ '/': html(`${admin}/`) });
    const page = await openPage();
    const answered = page.waitForEvent('response', (answer) => answer.url() === `${admin}/`);
    await page.goto(`http://evil.example:${site.port}/`, { waitUntil: 'commit' });
    expect((await answered).status()).toBe(403);
  });
});

test('the inspector talks only to its own listener', async () => {
  const { admin, media } = await startSandboxProxy();
  const page = await openPage();
  const origins = new Set<string>();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await media('/assets');
  const { row } = await openInspector(page, admin);
  await row('List assets').click();
  await page.getByRole('tab', { name: 'Response' }).click();
  await page.getByRole('tree').waitFor();
  expect([...origins]).toEqual([admin]);
});
