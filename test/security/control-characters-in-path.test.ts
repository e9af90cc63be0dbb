// The attack: a caller puts a control character into a refused path. The rules see another name, but a server may end,
// split or trim the path at that character. No encoding of a control character passes, not even at the level `open`.
import { expect, test } from 'vitest';
import { call, startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const hex = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** C0, DEL, and C1 as UTF-8 and as a byte of Latin-1. */
const CONTROLS = [
  ...[...range(0x00, 0x1f), 0x7f].map(hex),
  ...range(0x80, 0x9f).flatMap((code) => [`%c2${hex(code)}`, hex(code)]),
];
const encodingsOf = (escapes: string): string[] => [
  escapes,
  escapes.toUpperCase(),
  escapes.replaceAll('%', '%25'),
  escapes.replaceAll('%', '%2525'),
  escapes.replaceAll('%', '%2525252525'),
  // Each digit is encoded too.
  escapes.replace(/[\da-f]/g, (digit) => hex(digit.charCodeAt(0))),
];
// A Latin-1 byte is recognised once decoding ends, and no further.
const spelled = CONTROLS.flatMap(encodingsOf).filter((text) => !/^%2525252525[89]/.test(text));

test.each(['default', 'open'] as const)('no control character passes at the level %s', async (level) => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, policy: { base: { levels: [level] } } });

  for (const control of spelled) {
    for (const path of [`/api/v1/user/tokens${control}`, `/api/v1/pro${control}jects`]) {
      const { status, headers } = await call(proxy, path);
      expect([path, status, headers['x-mkio-proxy-error']]).toEqual([path, 400, 'TARGET_INVALID']);
    }
  }
  expect(upstream.seen).toEqual([]);
});

test.each(['caf%c3%a9', '%E2%80%A6', '%25E2%2580%25A6', '%f0%9f%8e%ac', '%c2%a0', 'caf%e9', '100%25'])(
  'the name %s, whose bytes only resemble one, is forwarded unchanged',
  async (name) => {
    const upstream = await startUpstream();
    const proxy = await startTestProxy(upstream);

    expect((await call(proxy, `/api/v1/projects/p/media/assets/${name}`)).status).toBe(200);

    expect(upstream.seen.map(({ url }) => url)).toEqual([`/api/v1/projects/p/media/assets/${name}`]);
  },
);
