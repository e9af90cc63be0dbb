import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { AccessOptions, CallerFields } from '../../src/access/access.ts';
import { createAccess } from '../../src/access/access.ts';

const accessOf = (options: Partial<AccessOptions> = {}) =>
  createAccess({ host: '127.0.0.1', allowedHosts: [], allowedOrigins: [], ...options });

const NO_FIELDS: CallerFields = {
  origin: undefined,
  secFetchSite: undefined,
  secFetchDest: undefined,
  secPurpose: undefined,
  referer: undefined,
};

const ownHosts: [string, string][] = [
  ['localhost:6546', '127.0.0.1'],
  ['[::1]:6546', '127.0.0.1'],
  ['[::1]', '::1'],
  ['proxy.internal:6546', 'proxy.internal'],
  ['10.0.0.7:6546', '0.0.0.0'],
  ['[fd00::7]:6546', '::'],
  ['localhost', '0.0.0.0'],
];
const foreignHosts: [string, string][] = [
  ['evil.example', '127.0.0.1'],
  ['evil.example', '0.0.0.0'],
  ['10.0.0.7', '127.0.0.1'],
  ['0.0.0.0:6546', '0.0.0.0'],
  ['[::]', '::'],
  ['0', '127.0.0.1'],
  ['localhost.evil.example', '127.0.0.1'],
  ['127.0.0.1.evil.example', '127.0.0.1'],
  ['proxy.internal.evil.example', 'proxy.internal'],
  ['2130706433', '127.0.0.1'],
  ['', '127.0.0.1'],
];

describe('Host', () => {
  test.each(ownHosts)('%s is a name of a listener on %s', (authority, listener) => {
    expect(() => accessOf({ host: listener }).requireOwnHost(authority)).not.toThrow();
  });

  test.each(foreignHosts)('"%s" is not a name of a listener on %s', (authority, listener) => {
    expect(() => accessOf({ host: listener }).requireOwnHost(authority)).toThrow(
      expect.objectContaining({ code: 'HOST_REFUSED' }),
    );
  });
});

describe('MKIO_PROXY_ALLOWED_HOSTS', () => {
  const { requireOwnHost } = accessOf({ allowedHosts: ['proxy.example.com', '.internal.test'] });

  test.each(['proxy.example.com', 'PROXY.example.com.:6546', 'a.internal.test', 'a.b.internal.test:1'])(
    'adds %s',
    (authority) => {
      expect(() => requireOwnHost(authority)).not.toThrow();
    },
  );

  test.each([
    'example.com',
    'x.proxy.example.com',
    'proxy.example.com.evil.test',
    'internal.test',
    '.internal.test',
    'evilinternal.test',
    'a.internal.test.evil.test',
    '0.0.0.0',
  ])('does not add %s', (authority) => {
    expect(() => requireOwnHost(authority)).toThrow(expect.objectContaining({ code: 'HOST_REFUSED' }));
  });

  test('accepts no generated name outside the list', () => {
    const label = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?$/);
    const known = fc.constantFrom('localhost', '127.0.0.1', 'proxy.example.com', 'internal.test', 'a.internal.test');
    const name = fc.oneof(
      fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.')),
      fc.tuple(known, label).map(([tail, head]) => `${head}${tail}`),
      fc.tuple(known, label).map(([head, tail]) => `${head}.${tail}`),
      fc.tuple(known, label).map(([head, tail]) => `${head}${tail}`),
    );
    const isListed = (host: string): boolean =>
      /^(?:localhost|.+\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|proxy\.example\.com|.+\.internal\.test)$/.test(host);
    fc.assert(
      fc.property(name, (host) => {
        fc.pre(!isListed(host.toLowerCase()));
        expect(() => requireOwnHost(host)).toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

type Fields = Partial<CallerFields>;
const passing: Fields[] = [
  {},
  { secFetchSite: 'none' },
  { secFetchSite: 'same-origin' },
  { secFetchSite: 'same-origin', secPurpose: 'prefetch' },
  { origin: 'http://localhost:3000', secPurpose: 'prefetch' },
  { origin: 'http://localhost:3000', secFetchSite: 'cross-site' },
  { origin: 'http://app.localhost' },
  { origin: 'https://127.0.0.1' },
  { origin: 'http://[::1]:5173', secFetchSite: 'same-site' },
  { origin: 'http://localhost:3000', referer: 'https://evil.example/' },
  { referer: 'http://localhost:5173/list?page=2' },
];
const foreign: Fields[] = [
  { origin: 'https://evil.example' },
  { origin: 'https://evil.example', secFetchSite: 'same-origin' },
  { origin: 'null' },
  { origin: '' },
  { secFetchSite: 'cross-site' },
  { secFetchSite: 'same-site' },
  { secFetchSite: 'none, cross-site' },
  { secFetchSite: 'none', secPurpose: 'prefetch' },
  { secFetchSite: 'none', secPurpose: 'prefetch;prerender' },
  { origin: 'http://localhost.evil.example' },
  { origin: 'http://127.0.0.1.evil.example' },
  { origin: 'http://localhost:3000, https://evil.example' },
  { origin: 'file://' },
  { referer: 'https://evil.example/page' },
  { referer: 'http://localhost.evil.example/' },
  { referer: 'http://localhost@evil.example/' },
  { referer: 'about:blank' },
];

describe('Origin, Sec-Fetch-Site and Referer', () => {
  test.each(passing)('%j passes', (fields) => {
    expect(() => accessOf().refuseForeignPages({ ...NO_FIELDS, ...fields })).not.toThrow();
  });

  test.each(foreign)('%j is refused', (fields) => {
    expect(() => accessOf().refuseForeignPages({ ...NO_FIELDS, ...fields })).toThrow(
      expect.objectContaining({ code: 'ORIGIN_REFUSED' }),
    );
  });
});

describe('MKIO_PROXY_ALLOWED_ORIGINS', () => {
  const allowedOrigins = ['https://app.example.com'];
  const passes = (options: Partial<AccessOptions>, origin: string): boolean => {
    try {
      accessOf(options).refuseForeignPages({ ...NO_FIELDS, origin });
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ['127.0.0.1', 'https://app.example.com', true],
    ['127.0.0.1', 'http://localhost:5173', true],
    ['0.0.0.0', 'https://app.example.com', true],
    ['0.0.0.0', 'http://localhost:5173', false],
    ['127.0.0.1', 'http://app.example.com', false],
    ['127.0.0.1', 'https://app.example.com:8443', false],
    ['127.0.0.1', 'https://app.example.com.evil.test', false],
  ])('a listener on %s admits a page of %s: %s', (host, origin, expected) => {
    expect(passes({ host, allowedOrigins }, origin)).toBe(expected);
  });
});
