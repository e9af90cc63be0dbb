// The attack: any page in the operator's browser can send requests to 127.0.0.1 by fetch, a form or an image.
// The proxy refuses them by Origin and Sec-Fetch-Site, which no page can forge.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const foreign: [string, string[]][] = [
  ['fetch of a foreign page', ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site']],
  ['fetch of an old browser', ['Origin: https://evil.example']],
  ['an image or a link', ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors']],
  ['a page of a sibling site', ['Sec-Fetch-Site: same-site']],
  ['speculation rules, which look like a typed address', ['Sec-Fetch-Site: none', 'Sec-Purpose: prefetch']],
  ['an extension', ['Origin: chrome-extension://abcdefgh']],
];

describe.each(['GET', 'POST'])('%s', (method) => {
  test.each(foreign)('of %s is answered 403 ORIGIN_REFUSED and not sent upstream', async (_, lines) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `${method} /api/v1/x HTTP/1.1`, 'Host: localhost', ...lines);

    expect(answer.status).toBe(403);
    expect(answer.field('x-mkio-proxy-error')).toBe('ORIGIN_REFUSED');
    expect(answer.lines.filter((line) => /^access-control-/i.test(line))).toEqual([]);
    expect(upstream.seen).toEqual([]);
  });
});

describe("a request of the operator's own page is forwarded", () => {
  test.each(['http://localhost:5173', 'http://127.0.0.1:3000', 'https://app.localhost', 'http://[::1]:8080'])(
    'from %s, without its Origin',
    async (origin) => {
      const upstream = await startUpstream();
      const proxy = await startTestProxy(upstream);

      const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', `Origin: ${origin}`);

      expect(answer.status).toBe(200);
      expect(upstream.seen[0]?.headers).not.toHaveProperty('origin');
    },
  );
});
