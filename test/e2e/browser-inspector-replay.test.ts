/** @module-tag browser */
import { expect, test } from 'vitest';
import type { ExchangeDetail } from '../../src/admin/exchange-view.ts';
import type { PageGlobals } from '../support/browser.ts';
import { usePage } from '../support/browser.ts';
import type { InspectorPage } from '../support/inspector.ts';
import { openInspector } from '../support/inspector.ts';
import type { TestProxy } from '../support/proxy.ts';
import { startTestProxy } from '../support/proxy.ts';
import type { TestUpstream } from '../support/upstream.ts';
import { startUpstream } from '../support/upstream.ts';

const openPage = usePage('shell');
const PATH = '/api/v1/projects/demo/media/assets/a';

interface Started extends InspectorPage, TestProxy {
  readonly upstream: TestUpstream;
  /** What MK.IO was sent: method, path and body. */
  readonly sent: string[];
}

/** With one exchange, which is selected. */
async function start(body: string): Promise<Started> {
  const sent: string[] = [];
  const upstream = await startUpstream((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      sent.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    });
  });
  const proxy = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });
  const headers = { 'content-type': 'application/json', 'x-ms-version': 'one', cookie: 'a=secret-cookie' };
  await fetch(proxy.address + PATH, { method: 'PUT', headers, body });
  const inspector = await openInspector(await openPage(), proxy.admin);
  await inspector.row('media/assets/a').click();
  await inspector.detail.getByText('Answered by').waitFor();
  return { ...proxy, ...inspector, upstream, sent };
}

test('a replay sends the same request and opens the new exchange', async () => {
  const { button, rows, row, notice, sent, detail, page } = await start('{"n":1}');
  const first = await page.locator('#exchanges .selected').getAttribute('id');
  await button('Replay').click();
  await notice.getByText('Sent again: answered by 200.').waitFor();
  await rows.nth(1).waitFor();
  expect(sent).toEqual([`PUT ${PATH} {"n":1}`, `PUT ${PATH} {"n":1}`]);
  await row('replay').waitFor();
  await detail.getByText('Replay of').waitFor();
  expect(await page.locator('#exchanges .selected').getAttribute('id')).not.toBe(first);
  await detail.getByRole('button', { name: first!.replace('row-', '') }).click();
  await expect.poll(() => page.locator('#exchanges .selected').getAttribute('id')).toBe(first);
});

test('a held key sends only one request', async () => {
  const { page, rows, sent } = await start('{"n":1}');
  for (let times = 0; times < 5; times++) await page.keyboard.down('r');
  await page.keyboard.up('r');
  await rows.nth(1).waitFor();
  await page.keyboard.press('r');
  await rows.nth(2).waitFor();
  expect(sent).toHaveLength(3);
});

test('an edited replay changes only the edited parts', async () => {
  const { page, rows, sent, upstream, admin } = await start('{"n":1}');
  await page.keyboard.press('e');
  const target = page.getByLabel('Target');
  await target.fill(`${PATH}-edited?x=1`);
  await page.getByLabel('Body').fill('{"n":2}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await rows.nth(1).waitFor();
  expect(sent[1]).toBe(`PUT ${PATH}-edited?x=1 {"n":2}`);
  expect(upstream.seen[1]?.headers).toMatchObject({ 'x-ms-version': 'one', 'content-type': 'application/json' });
  const { exchanges } = (await (await fetch(`${admin}/exchanges`)).json()) as { exchanges: ExchangeDetail[] };
  expect(exchanges[1]).toMatchObject({ replayOf: exchanges[0]?.id });
});

test('method and headers can be edited, and an invalid header is refused before sending', async () => {
  const { page, rows, sent, upstream } = await start('{"n":1}');
  await page.keyboard.press('e');
  await page.getByLabel('Method').selectOption('POST');
  const headers = page.getByLabel('Headers');
  expect(await headers.inputValue()).toContain('x-ms-version: one');
  expect(await headers.inputValue()).not.toContain('redacted');
  await headers.fill('no header');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('alert').getByText('one on a line').waitFor();
  await headers.fill('Content-Type: application/json\nX-Ms-Date: two');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await rows.nth(1).waitFor();
  expect(sent[1]).toBe(`POST ${PATH} {"n":1}`);
  expect(upstream.seen[1]?.headers).toMatchObject({ 'x-ms-date': 'two' });
  expect(upstream.seen[1]?.headers).not.toHaveProperty('x-ms-version');
});

test('a body with masked secrets must be written again before sending', async () => {
  const { page, button, rows, sent, notice } = await start('{"password":"hunter2-hunter2","n":1}');
  await button('Replay').click();
  await notice.getByText('cannot be repeated').waitFor();
  await page.getByText('Secrets in the body that was sent are masked').waitFor();
  await page.getByLabel('Body').fill('{"password":"again"}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await rows.nth(1).waitFor();
  expect(sent[1]).toBe(`PUT ${PATH} {"password":"again"}`);
});

test.each([
  ['curl', /^curl /],
  ['fetch', /fetch\(/],
  ['httpie', /^(?:https?|printf|http) |http /],
  ['python', /import requests/],
])('a request is copied as %s, for the proxy and without a secret', async (kind, beginning) => {
  const { page, button, notice, address } = await start('{"n":1}');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await button(kind).click();
  await notice.getByText(`Copied as ${kind}.`).waitFor();
  const text = await page.evaluate(() => (globalThis as unknown as PageGlobals).navigator.clipboard.readText());
  expect(text).toMatch(beginning);
  expect(text).toContain(new URL(address).host);
  expect(text).toContain(PATH);
  expect(text).not.toContain('secret-cookie');
});
