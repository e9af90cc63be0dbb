/** @module-tag browser */
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { openInspector } from '../support/inspector.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const openPage = useBrowser('shell');
const admin = { host: '127.0.0.1', port: 0 };

test('with 1,000 exchanges only visible rows are rendered, and the list follows the newest unless scrolled away', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, admin, capture: { mode: 'headers', maxExchanges: 1_000 } });
  const { page, rows, row, count } = await openInspector(await openPage(), proxy.admin);
  const send = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, k) => fetch(`${proxy.address}/api/v1/number-${n + k}-`)));
    }
  };

  await send(0, 1_000);
  await expect.poll(() => count.innerText()).toBe('1,000');
  await row(/number-9[89]\d-/)
    .first()
    .waitFor();
  expect(await rows.count()).toBeLessThan(60);
  expect(await page.getByRole('grid', { name: /newest last/ }).getAttribute('aria-rowcount')).toBe('1001');

  await page.keyboard.press('Home');
  await expect.poll(() => rows.first().innerText()).toMatch(/number-\d{1,2}-/);
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, 9_000);
  await expect.poll(() => rows.first().innerText()).toMatch(/number-[23]\d\d-/);
  const [read = ''] = /number-\d+-/.exec(await rows.nth(20).innerText()) ?? [];
  const place = await row(read).boundingBox();

  await send(1_000, 1_100);
  await expect
    .poll(async () => (await fetch(`${proxy.admin}/exchanges?limit=1&filter=path:number-1099-`)).json())
    .toMatchObject({ exchanges: [{}] });
  await page.locator('#exchanges[aria-rowcount="1001"]').waitFor();
  expect((await row(read).boundingBox())?.y).toBe(place?.y);
  expect(await row(/number-10\d\d-/).count()).toBe(0);
  await page.keyboard.press('End');
  await row('number-1099-').waitFor();
});
