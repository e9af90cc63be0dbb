// The attack: a path seems to stay below the prefix, but the upstream or a gateway resolves it to another path.
// The token would then open a path that the proxy's rules never checked.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const segments = [
  '..',
  '.',
  '%2e',
  '%2E',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '..;',
  '..;x=1',
  '.;',
  '%2e%2e%3b',
  '..%3Bx',
  '%2e;',
  '..%20',
  '%20.',
  '%2e%2e%20%20',
];
const doubled = ['%252e%2520', '%252e', '%252e%252e', '.%252E', '%25252e.', '..%253b'];
const separated = [
  '\\..',
  '..\\',
  'a\\..\\b',
  '%5c..',
  '..%5c',
  '%2f..',
  '..%2f',
  '%2F',
  '%5C',
  'a%2fb',
  '%252f',
  '%255c',
  '%25252F',
];

describe.each([...segments, ...doubled, ...separated])('%s', (segment) => {
  const places = [
    ['in the middle', `/api/v1/${segment}/projects`],
    ['at the end', `/api/v1/projects/${segment}`],
    ['before the query', `/api/v1/projects/${segment}?x=1`],
    ['after an empty segment', `/api/v1//${segment}/x`],
    ['at the start', `/${segment}/api/v1/x`],
  ] as const;

  test.each(places)('%s is answered 400 TARGET_INVALID and not sent upstream', async (_, path) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    const answer = await askRaw(proxy.port, `GET ${path} HTTP/1.1`, 'Host: localhost');

    expect(answer.status).toBe(400);
    expect(answer.field('x-mkio-proxy-error')).toBe('TARGET_INVALID');
    expect(upstream.seen).toEqual([]);
  });
});

const names = [
  '...',
  '....',
  'a...b',
  '..a',
  'a..',
  '.well',
  '%2ewell',
  'a%2e',
  '.a.',
  '%2e%2ea',
  '.-',
  '..,',
  ';..',
  'a;..',
  '%252ewell',
];

describe('a name that only resembles a dot segment is forwarded unchanged', () => {
  test.each(names)('%s', async (name) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);
    const paths = [`/api/v1/${name}/x`, `/api/v1/${name}`, `/api/v1/x?y=${name}`];

    for (const path of paths) {
      expect((await askRaw(proxy.port, `GET ${path} HTTP/1.1`, 'Host: localhost')).status).toBe(200);
    }

    expect(upstream.seen.map(({ url }) => url)).toEqual(paths);
  });
});
