/** @module-tag browser */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PageGlobals } from '../support/browser.ts';
import { usePage } from '../support/browser.ts';
import { follow } from '../support/events.ts';
import type { InspectorPage, SandboxProxy } from '../support/inspector.ts';
import { openInspector, startSandboxProxy } from '../support/inspector.ts';

const openPage = usePage('shell');

async function start(): Promise<SandboxProxy & InspectorPage> {
  const proxy = await startSandboxProxy();
  return { ...proxy, ...(await openInspector(await openPage(), proxy.admin)) };
}

const CREATE = {
  method: 'PUT',
  headers: { 'content-type': 'application/json' },
  body: '{"properties":{"container":"c","storageAccountName":"primary-azure"},"large":12345678901234567890}',
};

describe('the list of the inspector', () => {
  test('shows a working command while it is empty', async () => {
    const { page, address, rows } = await start();
    const command = await page.locator('.command code').innerText();
    expect(command).toBe(`curl ${address}/api/v1/user/profile`);
    await fetch(command.replace('curl ', ''));
    await rows.waitFor();
    expect(await page.locator('.command').count()).toBe(0);
  });

  test('shows earlier exchanges, and new ones as they end', async () => {
    const proxy = await startSandboxProxy();
    await proxy.media('/assets');
    const { rows, count } = await openInspector(await openPage(), proxy.admin);
    await rows.nth(0).waitFor();
    await proxy.media('/assets/nothing');
    await rows.nth(1).waitFor();
    expect(await count.innerText()).toBe('2');
  });

  test('shows time, method, operation, path, status, origin of the answer, duration and size', async () => {
    const { page, media, row, address } = await start();
    await media('/assets?$top=1');
    await fetch(`${address}/nothing`);
    await row('/nothing').waitFor();
    const cellsOf = async (text: string) => await row(text).getByRole('gridcell').allInnerTexts();
    const heads = await page.getByRole('columnheader').allInnerTexts();
    expect(heads).toEqual(['Time', 'Method', 'Operation or path', 'Status', 'Answered by', 'Duration', 'Size']);
    const [time, method, subject, status, answerer, duration, size] = await cellsOf('List assets');
    expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    expect([method, status, answerer]).toEqual(['GET', '200', 'MK.IO']);
    expect(subject).toMatch(/^List assets\s*demo-project\/media\/assets\?\$top=1$/);
    expect(duration).toMatch(/^\d+(?:\.\d)? ms/);
    expect(size).toMatch(/^1\.\d KB$/);
    expect((await row('List assets').locator('.bar').boundingBox())?.width).toBeGreaterThan(0);
    expect((await cellsOf('/nothing')).slice(3, 5)).toEqual(['404', 'proxy refused']);
  });

  test('stops while paused, counts new exchanges, and resumes', async () => {
    const { media, rows, button, page } = await start();
    await media('/assets');
    await rows.waitFor();
    await button('Pause').click();
    await media('/assets');
    await media('/assets');
    await button('Go on (2 new)').waitFor();
    expect(await rows.count()).toBe(1);
    await page.keyboard.press('s');
    await rows.nth(2).waitFor();
  });

  test('is cleared on the page and in the proxy', async () => {
    const { media, rows, button, notice, admin } = await start();
    await media('/assets');
    await rows.waitFor();
    await button('Clear').click();
    await notice.getByText('has forgotten').waitFor();
    expect(await rows.count()).toBe(0);
    expect(await (await fetch(`${admin}/exchanges`)).json()).toMatchObject({ exchanges: [] });
  });

  test('keeps a pinned exchange after the proxy dropped it', async () => {
    const { media, row, rows, button, page, detail, notice } = await start();
    await media('/assets/kept', CREATE);
    await row('/assets/kept').click();
    await detail.getByText('Answered by').waitFor();
    await button('Pin').click();
    await button('Clear').click();
    await notice.getByText('has forgotten').waitFor();
    await page.keyboard.press('Escape');
    expect(await rows.count()).toBe(0);
    await page.getByRole('grid', { name: 'Pinned exchanges' }).getByRole('row').click();
    await page.getByRole('tab', { name: 'Request' }).click();
    await detail.getByText('primary-azure').waitFor();
  });
});

describe('the filter of the inspector', () => {
  test('applies the filter language and reports errors', async () => {
    const { media, rows, filter, page, count } = await start();
    await media('/assets');
    await media('/assets/nothing');
    await media('/streamingEndpoints/default/start', { method: 'POST' });
    await rows.nth(2).waitFor();
    const expectShown = async (text: string, operations: readonly string[]): Promise<void> => {
      await filter.fill(text);
      await expect.poll(() => rows.locator('.operation').allInnerTexts()).toEqual(operations);
    };
    await expectShown('status:4xx', ['Read one asset']);
    expect(await count.innerText()).toBe('1 of 3');
    await expectShown('-status:4xx method:get', ['List assets']);
    await expectShown('op:assets status:>=200', ['List assets', 'Read one asset']);
    await expectShown('streaming', ['Start a streaming endpoint']);
    await filter.fill('statsu:4xx');
    await page.getByRole('alert').getByText('there is no field "statsu"').waitFor();
    await filter.fill('path:none-is-like-that');
    await page.getByText('No exchange is like that').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await rows.nth(2).waitFor();
  });

  test('completes keys and values seen in the traffic', async () => {
    const { media, rows, page } = await start();
    await media('/assets/nothing');
    await rows.waitFor();
    const options = page.getByRole('option');
    await page.keyboard.press('/');
    await page.keyboard.type('st');
    await options.getByText('status:').waitFor();
    expect(await options.count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await options.getByText('404', { exact: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.locator('#filter').inputValue()).toBe('status:404');
    await page.keyboard.type(' op:');
    await options.getByText('media.assets.get').waitFor();
  });

  test('remembers earlier filters after a reload', async () => {
    const { media, rows, filter, page, admin } = await start();
    await media('/assets');
    await rows.waitFor();
    await filter.fill('status:2xx op:assets');
    await filter.press('Enter');
    await openInspector(page, admin);
    await filter.click();
    await page.getByRole('option').getByText('status:2xx op:assets').click();
    expect(await filter.inputValue()).toBe('status:2xx op:assets');
  });

  test('also applies to the HAR export', async () => {
    const { media, rows, filter, page, button } = await start();
    await media('/assets');
    await media('/assets/nothing');
    await rows.nth(1).waitFor();
    await filter.fill('status:404');
    await expect.poll(() => rows.count()).toBe(1);
    const downloading = page.waitForEvent('download');
    await button('HAR').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('mkio-proxy.har');
    const har = JSON.parse(readFileSync(await download.path(), 'utf8')) as {
      log: { entries: { request: { url: string } }[] };
    };
    expect(har.log.entries.map(({ request }) => request.url)).toEqual([expect.stringContaining('/assets/nothing')]);
  });
});

describe('an exchange in the inspector', () => {
  test('shows headers, and the body as a foldable, searchable tree with exact numbers', async () => {
    const { media, row, page, detail, button } = await start();
    await media('/assets/kept', CREATE);
    await row('/assets/kept').click();
    await page.getByRole('tab', { name: 'Request' }).click();
    await detail.locator('.headers').getByText('content-type', { exact: true }).waitFor();
    const lines = detail.getByRole('treeitem');
    await detail.getByText('12345678901234567890').waitFor();
    expect(await lines.count()).toBe(5);
    await button('Fold all').click();
    await expect.poll(() => lines.count()).toBe(3);
    await detail.getByRole('searchbox').fill('primary');
    await detail.getByText('1 of 1').waitFor();
    await expect.poll(() => detail.locator('.line.hit').innerText()).toContain('primary-azure');
    await button('Raw').click();
    expect(await detail.locator('pre').innerText()).toBe(CREATE.body);
  });

  test('shows the start of a large body as a tree, marked as truncated', async () => {
    const { media, row, detail } = await start();
    const labels = Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`label-${i}`, 'a value']));
    await media('/assets/large', { ...CREATE, body: JSON.stringify({ properties: {}, labels }) });
    await row('large').click();
    await detail.getByRole('tab', { name: 'Request' }).click();

    expect(await detail.getByText('only the beginning is kept').count()).toBe(1);
    await detail.getByRole('searchbox').fill('label-2000');
    await expect.poll(() => detail.locator('.line.hit').innerText()).toContain('label-2000');
  });

  test('shows its phases as a waterfall', async () => {
    const { media, row, page, detail } = await start();
    await media('/assets');
    await row('List assets').click();
    await page.getByRole('tab', { name: 'Timing' }).click();
    const parts = detail.getByRole('rowheader');
    await parts.first().waitFor();
    expect((await parts.allInnerTexts()).map((text) => text.split('\n')[0])).toEqual([
      'connect',
      'send',
      'wait',
      'receive',
    ]);
  });

  test('explains an error of MK.IO and offers its ref to copy', async () => {
    const { media, row, page, detail, button, notice } = await start();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await media('/assets/nothing');
    await row('/assets/nothing').click();
    await detail.getByText("Asset 'nothing' was not found.").waitFor();
    await detail.getByText('MK.IO has nothing at this path for this token.').waitFor();
    const ref = await detail.locator('.ref code').innerText();
    await button('Copy ref').click();
    await notice.getByText('Copied the ref.').waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as PageGlobals).navigator.clipboard.readText())).toBe(ref);
  });

  test('explains a refusal with its rule and setting', async () => {
    const { address, row, detail } = await start();
    await fetch(`${address}/api/v1/user/tokens`, { method: 'POST', body: '{}' });
    await row('OPERATION_REFUSED').click();
    await detail.getByText('guarded: creating and revoking tokens').waitFor();
    await detail.getByText("MKIO_PROXY_POLICY_ALLOW='POST /user/tokens'", { exact: true }).waitFor();
  });
});

describe('the head of the inspector', () => {
  test('shows the token, MK.IO and the budget of the last minute', async () => {
    const { media, rows, page } = await start();
    await media('/assets');
    await media('/assets/nothing');
    await media('/streamingEndpoints/default/start', { method: 'POST' });
    await rows.nth(2).waitFor();
    const chips = page.getByRole('list', { name: 'State of the proxy' });
    await chips.getByText(/^ok/).waitFor();
    await chips.getByText(/reachable/).waitFor();
    await chips.getByText('demo-project 2/2,000 reads · 1/1,000 writes').waitFor();
  });
});

test('the head of the inspector shows the whole state of the proxy', async () => {
  const { admin } = await startSandboxProxy();
  const page = await openPage();
  const now = Date.now();
  const json = {
    token: { lastUnauthorizedAtMs: now - 60_000 },
    upstream: { origin: 'https://app.mk.io', state: 'failing', lastFailure: { atMs: now, code: 'UPSTREAM_TIMEOUT' } },
    policy: { name: 'read-only' },
    budget: [
      { project: 'quiet', reads: 1, writes: 1, maxReads: 2_000, maxWrites: 1_000 },
      { project: 'busy', reads: 10, writes: 900, maxReads: 2_000, maxWrites: 1_000 },
    ],
  };
  await page.route('**/statusz', (route) => route.fulfill({ json }));
  await openInspector(page, admin);
  const chips = page.getByRole('list', { name: 'State of the proxy' });
  await chips.getByText(/^ok · JWT · \d+ days left · 401 \d\d s ago$/).waitFor();
  await chips.getByText('failing · UPSTREAM_TIMEOUT').waitFor();
  await chips.getByText('read-only').waitFor();
  await chips.locator('.warn').getByText('busy 10/2,000 reads · 900/1,000 writes').waitFor();
});

test('the inspector shows why it is refused, and connects as soon as there is room', async () => {
  const { admin } = await startSandboxProxy();
  const others = await Promise.all(Array.from({ length: 16 }, () => follow(`${admin}/events`)));
  const page = await openPage();
  await page.goto(`${admin}/`);
  await page.getByText('16 readers follow the events already').waitFor();
  await page.getByText('refused, trying again').waitFor();
  others[0]?.leave();
  await page.getByText('live', { exact: true }).waitFor();
});

test('the keyboard moves through pinned exchanges too', async () => {
  const { media, rows, page, detail } = await start();
  for (const name of ['one', 'two', 'three']) await media(`/assets/${name}`);
  await rows.nth(2).waitFor();
  const { keyboard } = page;
  for (const key of ['j', 'p', 'j', 'p']) await keyboard.press(key);
  await page.getByRole('grid', { name: 'Pinned exchanges' }).focus();
  await keyboard.press('k');
  await keyboard.press('k');
  await keyboard.press('Enter');
  await detail.getByText('/assets/one').first().waitFor();
});

test('everything works with the keyboard only', async () => {
  const { media, rows, page, detail, filter } = await start();
  for (const name of ['one', 'two', 'three']) await media(`/assets/${name}`);
  await rows.nth(2).waitFor();
  const { keyboard } = page;
  const selected = page.locator('#exchanges [aria-selected=true]');
  await keyboard.press('j');
  await selected.getByText('/assets/one').waitFor();
  await keyboard.press('ArrowDown');
  await selected.getByText('/assets/two').waitFor();
  await keyboard.press('G');
  await selected.getByText('/assets/three').waitFor();
  await keyboard.press('k');
  await keyboard.press('Enter');
  await detail.getByText('/assets/two').first().waitFor();
  await keyboard.press('Enter');
  await keyboard.press('ArrowRight');
  await expect.poll(() => page.getByRole('tab', { selected: true }).innerText()).toBe('Request');
  await keyboard.press('p');
  await page.getByRole('grid', { name: 'Pinned exchanges' }).waitFor();
  await keyboard.press('Escape');
  await expect.poll(() => detail.count()).toBe(0);
  expect(await page.evaluate(() => (globalThis as unknown as PageGlobals).document.activeElement?.id)).toBe(
    'exchanges',
  );
  await keyboard.press('?');
  await page.getByRole('dialog').getByText('next exchange').waitFor();
  await keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  await keyboard.press('/');
  await keyboard.type('assets/one');
  await expect.poll(() => rows.count()).toBe(1);
  await keyboard.press('Enter');
  await keyboard.press('j');
  await selected.getByText('/assets/one').waitFor();
  await keyboard.press('/');
  await keyboard.press('Escape');
  await keyboard.press('Escape');
  expect(await filter.inputValue()).toBe('');
  await keyboard.press('Escape');
  await keyboard.press('c');
  await page.getByText('Ready, and nothing has come yet').waitFor();
});
