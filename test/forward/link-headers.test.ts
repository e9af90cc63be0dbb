import { describe, expect, test } from 'vitest';
import { createLinkMap } from '../../src/forward/links.ts';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstream.ts';

const HEADERS = ['Location', 'Content-Location', 'Azure-AsyncOperation'];

// UPSTREAM is replaced by the upstream's host and port.
const mapped: [string, string][] = [
  ['a link to the upstream', 'http://UPSTREAM/api/v1/x?y=1#z'],
  ['the same in another letter case', 'HTTP://UPSTREAM/api/v1/x?y=1#z'],
  ['the same without a scheme', '//UPSTREAM/api/v1/x?y=1#z'],
];
const staying: [string, string][] = [
  ['a relative link', '/api/v1/x'],
  ['a link relative to the path', '../x'],
  ['a link to a foreign origin', 'https://storage.example/x'],
  ['a link to a longer host', 'http://UPSTREAM.evil.example/x'],
  ['a link to a longer port', 'http://UPSTREAM1/x'],
  ['a link to the upstream by another scheme', 'https://UPSTREAM/x'],
  ['a link with the upstream as user information', 'http://UPSTREAM@evil.example/x'],
  ['a foreign link that holds one to the upstream', 'https://login.example/?back=http://UPSTREAM/x'],
];

describe.each(HEADERS)('in %s', (header) => {
  test.each(mapped)('%s is mapped to the address used by the caller', async (_, link) => {
    for (const host of ['localhost', '127.0.0.1']) {
      const { value, port } = await askFor(header, link, host);
      expect(value).toBe(`http://${host}:${port}/api/v1/x?y=1#z`);
    }
  });

  test.each(staying)('%s is unchanged', async (_, link) => {
    const { value, upstream } = await askFor(header, link, 'localhost');

    expect(value).toBe(link.replace('UPSTREAM', upstream));
  });
});

test('a link to the upstream in another header is unchanged', async () => {
  const { value, upstream } = await askFor('x-ms-href', 'http://UPSTREAM/x', 'localhost');

  expect(value).toBe(`http://${upstream}/x`);
});

describe('a link to the default port', () => {
  const { mapLink } = createLinkMap('https://app.mk.io');
  const map = (link: string) => mapLink(link, 'http://localhost:6546');

  test.each(['https://app.mk.io/x', 'https://app.mk.io:443/x', '//app.mk.io:443/x', 'https://APP.MK.IO/x'])(
    '%s is mapped to the proxy',
    (link) => {
      expect(map(link)).toBe('http://localhost:6546/x');
    },
  );

  test.each(['https://app.mk.io', 'https://app.mk.io?x', 'https://app.mk.io#x'])('%s is mapped to its root', (link) => {
    expect(map(link)).toBe(link.replace('https://app.mk.io', 'http://localhost:6546'));
  });

  const others = ['https://app.mk.io:444/x', 'https://app.mk.io:4430/x', 'http://app.mk.io/x', 'https://appxmk.io/x'];

  test.each([
    ...others,
    'https://app.mk.io.evil.example/x',
    'https://app.mk.io@evil.example/x',
    ' https://app.mk.io/x',
  ])('%s is unchanged', (link) => {
    expect(map(link)).toBe(link);
  });
});

async function askFor(header: string, link: string, host: string) {
  let upstream = '';
  const { origin } = await startRawUpstream((socket) => {
    socket.write(
      `HTTP/1.1 201 Created\r\n${header}: ${link.replace('UPSTREAM', upstream)}\r\nContent-Length: 0\r\n\r\n`,
    );
  });
  upstream = new URL(origin).host;
  const { port } = await startTestProxy({ origin });
  const answer = await askRaw(port, 'PUT /api/v1/x HTTP/1.1', `Host: ${host}:${port}`, 'Content-Length: 0');
  return { value: answer.field(header.toLowerCase()), port, upstream };
}
