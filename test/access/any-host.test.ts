import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccess } from '../../src/access/access.ts';
import { resolveAddress } from '../../src/http/address.ts';

// Characters that confuse hosts are frequent, other printable ASCII is rare.
const PIECES = [
  ...[
    'localhost',
    'LocalHost',
    '127.0.0.1',
    '127',
    '0',
    '1',
    '0x7f',
    '0177',
    '2130706433',
    '::1',
    '::',
    '::ffff:7f00:1',
  ],
  ...['evil.example', 'evil', 'proxy.example.com', 'internal.test', 'a.internal.test', 'com', 'xn--a'],
  ...[
    '.',
    '.',
    '.',
    '..',
    ':',
    ':6546',
    '-',
    '_',
    '[',
    ']',
    '@',
    '/',
    '?',
    '#',
    ',',
    ';',
    '%2e',
    '%00',
    '%2f',
    '%40',
    '\\',
  ],
];
const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const authority = fc
  .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...PIECES) }, printable), { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join(''));

const listed = fc.subarray(['proxy.example.com', 'internal.test', '.internal.test', '.example.com', 'evil.test']);
const bound = fc.constantFrom('127.0.0.1', '::1', 'localhost', 'proxy.internal');

test('a browser reads every accepted Host as a loopback name or a name of the list', () => {
  let accepted = 0;
  fc.assert(
    fc.property(authority, listed, bound, (host, allowedHosts, own) => {
      if (!isAccepted(host, allowedHosts, own)) return;
      accepted++;
      const name = readAsBrowser(host);
      const isListed = allowedHosts.some((one) => (one.startsWith('.') ? name?.endsWith(one) : name === one));
      // Beyond loopback, any IP address may be the listener's. Only names can be rebound.
      const isAddress = own === 'proxy.internal' && ADDRESS.test(name ?? '');
      // A browser never sends a Host that it cannot parse.
      const isOwn = name === undefined || name === own || isAddress || LOOPBACK.test(name);
      expect(isOwn || isListed, `${host} is ${name}`).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

test('every name of the list is accepted in any case, with a port and with a trailing dot', () => {
  const ends = fc.tuple(fc.constantFrom('', '.'), fc.constantFrom('', ':', ':80', ':65535'));
  fc.assert(
    fc.property(fc.constantFrom('proxy.example.com', 'A.internal.test'), fc.boolean(), ends, (name, upper, end) => {
      const host = (upper ? name.toUpperCase() : name) + end.join('');
      expect(isAccepted(host, ['proxy.example.com', '.internal.test'], '127.0.0.1')).toBe(true);
    }),
  );
});

const ADDRESS = /^(?:\d+(?:\.\d+){3}|\[[\da-f:]+\])$/;
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function isAccepted(host: string, allowedHosts: readonly string[], own: string): boolean {
  try {
    const address = resolveAddress({ url: '/', hosts: [host] });
    createAccess({ host: own, allowedHosts, allowedOrigins: [] }).requireOwnHost(address.authority);
    return true;
  } catch {
    return false;
  }
}

/** WHATWG URL §3.5: normalises octal, hexadecimal and percent-encoded hosts. */
function readAsBrowser(host: string): string | undefined {
  const url = `http://${host}/`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined;
}
