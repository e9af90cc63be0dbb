/** @module-tag browser */
// The attack: a caller or an upstream writes text that the operator's browser runs as code, beside the session of the admin
// listener.
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { Page, Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { createFolder } from '../support/folder.ts';
import type { InspectorPage } from '../support/inspector.ts';
import { describePage, openInspector } from '../support/inspector.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startRawUpstream } from '../support/upstream.ts';
import { XSS_PAYLOADS } from '../support/xss-payloads.ts';

const openPage = useBrowser('shell');
const TABS = ['Overview', 'Request', 'Response', 'Timing'];
/** Elements that no foreign text may become. The page itself has none of them. */
const FOREIGN = 'img, svg, iframe, object, embed, video, math, template, base, style, form:not(.edit), body script';

interface Watch {
  /** All that must not happen. */
  readonly happened: string[];
  readonly isTaken: () => Promise<boolean>;
}

/** Notes dialogs, breaches of the page's policy, calls to elsewhere, navigations and errors. */
async function watch(page: Page, origin: string): Promise<Watch> {
  const happened: string[] = [];
  const note = (what: string) => happened.push(what);
  await page.exposeFunction('noteViolation', note);
  await page.addInitScript(`addEventListener('securitypolicyviolation',
    ({ violatedDirective, blockedURI }) => noteViolation(violatedDirective + ' ' + blockedURI))`);
  page.on('dialog', (dialog) => {
    note(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', () => note('popup'));
  page.on('pageerror', (error) => note(`error ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) note(`request ${request.url()}`);
  });
  page.on('framenavigated', (frame) => {
    if (new URL(frame.url()).origin !== origin && frame.url() !== 'about:blank') note(`navigation ${frame.url()}`);
  });
  return { happened, isTaken: () => page.evaluate(() => 'taken' in globalThis) };
}

/** Opens every tab of the shown exchange in the page itself, raw views too, and returns the text of all. */
const LOOK_THROUGH = `(async () => {
  const pane = document.querySelector('aside[aria-label=Exchange]');
  const next = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const seen = [];
  const read = async () => {
    do await next();
    while (/^(?:Reading …)?$/.test(pane.querySelector('[role=tabpanel]').innerText));
    seen.push(pane.innerText);
  };
  for (const name of ${JSON.stringify(TABS)}) {
    [...pane.querySelectorAll('[role=tab]')].find((tab) => tab.textContent.includes(name)).click();
    await read();
    const raw = [...pane.querySelectorAll('button')].find((button) => button.textContent === 'Raw');
    if (raw === undefined) continue;
    raw.click();
    await read();
  }
  return seen.join('\\n');
})()`;

/** Looks at every part of the exchange in the last row. */
async function lookThrough({ page, rows, detail }: InspectorPage): Promise<string> {
  await rows.last().click();
  await rows.last().hover();
  await detail.waitFor();
  return `${await rows.last().innerText()}\n${await page.evaluate<string>(LOOK_THROUGH)}`;
}

async function expectNothing({ page }: InspectorPage, { happened, isTaken }: Watch): Promise<void> {
  expect(happened).toEqual([]);
  expect(await isTaken()).toBe(false);
  expect(await page.locator(FOREIGN).count()).toBe(0);
}

describe('text from callers and MK.IO is shown and never executed', () => {
  test.each(XSS_PAYLOADS.map((payloads) => [payloads]))('in all parts of real exchanges: %j', async (payloads) => {
    let payload = '';
    let type = '';
    const upstream = await startRawUpstream((socket, _, chunk) => {
      if (!chunk.toString('latin1').includes('\r\n\r\n')) return;
      const isJson = type === 'application/json';
      const json = { error: { code: payload, detail: payload, extraDetail: { [payload]: [payload] } }, ref: payload };
      const body = Buffer.from(isJson ? JSON.stringify(json) : `<html><body>${payload}</body></html>`);
      const field = payload.replaceAll(/[^\x20-\x7e]/g, '');
      socket.end(
        Buffer.concat([
          Buffer.from(
            `HTTP/1.1 ${isJson ? 404 : 200} ${field}\r\ncontent-type: ${type}\r\nx-ms-answer: ${field}\r\n` +
              `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
          ),
          body,
        ]),
      );
    });
    const name = 'key-<img_src=x_onerror=taken=1>'.replaceAll(/[^\w.-]/g, '-');
    const keysFile = `${createFolder({ keys: `${name}:${createHash('sha256').update('a-key-of-the-tests').digest('hex')}\n` })}/keys`;
    const admin = { host: '127.0.0.1', port: 0 };
    const access = { callerKeysFile: keysFile };
    const proxy = await startTestProxy({ ...upstream, admin, access, policy: { base: { levels: ['default'] } } });
    const page = await openPage();
    const watched = await watch(page, proxy.admin!);
    const inspector = await openInspector(page, proxy.admin);

    for (const [index, text] of payloads.entries()) {
      payload = text;
      for (type of ['application/json', 'text/html']) {
        const path = `/api/v1/projects/${encodeURIComponent(text)}/media/assets/${text.replaceAll(/[\s\\]/g, '+')}?q=${text.replaceAll(/\s/g, '+')}`;
        const headers = {
          authorization: 'Bearer a-key-of-the-tests',
          'user-agent': text,
          "x-ms-!#$%&'*+.^`|~": text,
          'content-type': type,
        };
        await new Promise<void>((done, fail) => {
          const sent = request({ host: '127.0.0.1', port: proxy.port, path, method: 'POST', headers }, (answer) =>
            answer.resume().on('end', done),
          );
          sent.on('error', fail).end(type === 'text/html' ? text : JSON.stringify({ [text]: text }));
        });
      }
      await expect.poll(() => inspector.count.innerText()).toBe(String(2 * (index + 1)));
      const seen = await lookThrough(inspector);
      expect(seen).toContain(text);
      await expectNothing(inspector, watched);
    }
  });

  test.each(XSS_PAYLOADS.map((payloads) => [payloads]))(
    'in every field, whatever the proxy would let through: %j',
    async (payloads) => {
      const { admin } = await startTestProxy({
        ...(await startRawUpstream(() => undefined)),
        admin: { host: '127.0.0.1', port: 0 },
      });
      const page = await openPage();
      const watched = await watch(page, admin!);
      // Pins and past filters are of the payload alone.
      await page.addInitScript('localStorage.clear(); sessionStorage.clear()');
      const inspector = describePage(page);
      for (const text of payloads) {
        await page.unrouteAll();
        await answerAllWith(page, text);
        await page.goto(`${admin}/`);
        await inspector.rows.last().waitFor();
        const seen = await lookThrough(inspector);
        // Times and figures aside, all that is shown is the payload.
        expect(seen.split(text).length).toBeGreaterThan(20);
        await page.keyboard.press('p');
        await page.getByRole('grid', { name: 'Pinned exchanges' }).waitFor();
        await page.keyboard.press('r');
        await inspector.notice.getByText(text.slice(0, 20), { exact: false }).first().waitFor();
        await page.keyboard.press('e');
        await page.getByLabel('Headers').waitFor();
        await page.keyboard.press('Escape');
        await inspector.filter.fill('op:');
        await page.getByRole('option').first().waitFor();
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        expect(watched.happened).toEqual([]);
        expect(await watched.isTaken()).toBe(false);
        expect(await page.locator(FOREIGN).count()).toBe(0);
      }
    },
  );
});

/** The admin listener as it would be if all that it tells came from whoever attacks. */
async function answerAllWith(page: Page, text: string): Promise<void> {
  const facts = {
    ...{ id: text, cursor: 'a.1', caller: text, callerName: text, method: text, target: text, operation: text },
    ...{ operationName: text, project: text, status: 403, answeredBy: 'refusal', code: text, upstreamCode: text },
    ...{
      ref: text,
      ending: text,
      replayOf: text,
      receivedAtMs: Date.now(),
      requestBytes: 9,
      bytes: 9,
      retries: 1,
      ms: 5,
    },
  };
  const message = { headers: [[text, text]], body: { bytes: 9, type: text, cut: true, redacted: true, kept: true } };
  const error = { error: { code: text, detail: text, extraDetail: { hint: text, rule: text, setting: text } } };
  const token = { state: 'ok', type: text, source: text, failure: text, hash: text, unauthorized: 1 };
  const event = (name: string, data: unknown): string => `event: ${name}\nid: a.1\ndata: ${JSON.stringify(data)}\n\n`;
  const answers: Readonly<Record<string, unknown>> = {
    '/exchanges': { exchanges: [facts], next: 'a.1', more: false },
    '/statusz': {
      token,
      upstream: { origin: text, state: 'failing', lastFailure: { atMs: 0, code: text } },
      policy: { name: text },
      listeners: { proxy: text },
      budget: [{ project: text, reads: 1, writes: 1, maxReads: 2, maxWrites: 2 }],
    },
    '/session': { header: 'x-any', value: 'any' },
  };
  const stream =
    event('hello', { run: text, capture: 'bodies', maxExchanges: 9, proxy: text }) +
    event('token', token) +
    event('readiness', { status: 'degraded', reasons: [text] });
  const answerOf = (pathname: string): Parameters<Route['fulfill']>[0] => {
    if (pathname === '/events') return { contentType: 'text/event-stream', body: stream };
    if (pathname in answers) return { json: answers[pathname] };
    if (pathname.includes('/body/'))
      return { contentType: 'text/plain', body: JSON.stringify({ [text]: [text], ...error }) };
    if (pathname.endsWith('/replay')) return { status: 409, json: error };
    return { json: { ...facts, request: message, response: message } };
  };
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/' || pathname.startsWith('/assets/')) await route.continue();
    else await route.fulfill(answerOf(pathname));
  });
}
