import { describe, expect, test } from 'vitest';
import { refuseForeignPages, requireOwnHost } from '../../src/policy/access.ts';

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
  test.each(ownHosts)('%s is the own name of a listener on %s', (authority, listener) => {
    expect(() => requireOwnHost(authority, listener)).not.toThrow();
  });

  test.each(foreignHosts)('"%s" is not the own name of a listener on %s', (authority, listener) => {
    expect(() => requireOwnHost(authority, listener)).toThrow(expect.objectContaining({ code: 'HOST_REFUSED' }));
  });
});

const passing: [string | undefined, string | undefined][] = [
  [undefined, undefined],
  [undefined, 'none'],
  [undefined, 'same-origin'],
  ['http://localhost:3000', 'cross-site'],
  ['http://app.localhost', undefined],
  ['https://127.0.0.1', undefined],
  ['http://[::1]:5173', 'same-site'],
];
const foreign: [string | undefined, string | undefined][] = [
  ['https://evil.example', undefined],
  ['https://evil.example', 'same-origin'],
  ['null', undefined],
  ['', undefined],
  [undefined, 'cross-site'],
  [undefined, 'same-site'],
  ['http://localhost.evil.example', undefined],
  ['http://127.0.0.1.evil.example', undefined],
  ['http://localhost:3000, https://evil.example', undefined],
  ['file://', undefined],
];

describe('Origin and Sec-Fetch-Site', () => {
  test.each(passing)('%s with %s passes', (origin, secFetchSite) => {
    expect(() => refuseForeignPages({ origin, secFetchSite })).not.toThrow();
  });

  test.each(foreign)('%s with %s is refused', (origin, secFetchSite) => {
    expect(() => refuseForeignPages({ origin, secFetchSite })).toThrow(
      expect.objectContaining({ code: 'ORIGIN_REFUSED' }),
    );
  });
});
