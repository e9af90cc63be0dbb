import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

/** `npm run build` must run before the tests. */
const BUILT = resolve(import.meta.dirname, '../../dist/page');
const MAX_BYTES = 60 * 1024;
const ASSETS = readdirSync(join(BUILT, 'assets'));

async function startAdmin(key?: string): Promise<string> {
  const upstream = await startUpstream();
  const { admin = '' } = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0, key } });
  return admin;
}

/** Unlike fetch, node:http may send Sec-Fetch headers. */
const get = (url: string, headers: Record<string, string> = {}): Promise<number | undefined> =>
  new Promise((done, fail) => {
    request(url, { headers }, (answer) => done(answer.resume().statusCode))
      .on('error', fail)
      .end();
  });

describe('the inspector page', () => {
  test('runs and loads only its own files and cannot be framed', async () => {
    const answer = await fetch(`${await startAdmin()}/`);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'",
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  test('has no inline code and no foreign URL', () => {
    const html = readFileSync(join(BUILT, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\bon\w+=|style=|https?:/);
  });

  test.each(ASSETS)('serves %s with an immutable cache, because the name holds a hash', async (name) => {
    const answer = await fetch(`${await startAdmin()}/assets/${name}`);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(answer.headers.get('content-type')).toMatch(/^(?:text\/(?:css|javascript)|image\/svg\+xml)/);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(readFileSync(join(BUILT, 'assets', name)));
  });

  test('is smaller than 60 KB, compressed', () => {
    const files = readdirSync(BUILT, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const bytes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length);
    expect(bytes.length).toBeGreaterThan(3);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(MAX_BYTES);
  });

  test('has no code that turns text into code or elements', () => {
    const sources = ASSETS.filter((name) => name.endsWith('.js')).map((name) =>
      readFileSync(join(BUILT, 'assets', name), 'utf8'),
    );
    expect(sources).toHaveLength(1);
    expect(sources.join('')).not.toMatch(/\beval\(|new Function\(|insertAdjacentHTML|document\.write|outerHTML/);
    const own = readdirSync(resolve(BUILT, '../../src/page')).filter((name) => /\.tsx?$/.test(name));
    for (const name of own) {
      expect(readFileSync(resolve(BUILT, '../../src/page', name), 'utf8')).not.toMatch(/innerHTML/i);
    }
  });

  test('is the only content that is served without the key', async () => {
    const admin = await startAdmin('the-key-of-the-tests');
    expect(await get(`${admin}/`)).toBe(200);
    for (const name of ASSETS) expect(await get(`${admin}/assets/${name}`)).toBe(200);
    for (const path of ['/exchanges', '/events', '/session', '/export.har', '/assets/other.js']) {
      expect([path, await get(admin + path)]).toEqual([path, 401]);
    }
  });
});

describe('a page of another origin', () => {
  const NAVIGATION = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test('may link to the page', async () => {
    expect(await get(`${await startAdmin()}/`, NAVIGATION)).toBe(200);
  });

  test.each<[string, string, Record<string, string>]>([
    ['a frame', '/', { ...NAVIGATION, 'sec-fetch-dest': 'iframe' }],
    ['fetch', '/', { ...NAVIGATION, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
    ['a prefetch', '/', { ...NAVIGATION, 'sec-purpose': 'prefetch' }],
    ['a form', '/', { ...NAVIGATION, origin: 'http://evil.example' }],
    ['a link to exchanges', '/exchanges', NAVIGATION],
    ['a link to a file of the page', `/assets/${ASSETS[0]}`, NAVIGATION],
    ['a script element', `/assets/${ASSETS[0]}`, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('gets nothing through %s', async (_, path, headers) => {
    expect(await get((await startAdmin()) + path, headers)).toBe(403);
  });

  test('gets nothing through a rebound name', async () => {
    expect(await get(`${await startAdmin()}/`, { ...NAVIGATION, host: 'rebound.example' })).toBe(403);
  });
});
