import { describe, expect, test } from 'vitest';
import { readReadings } from '../../src/policy/readings.ts';

const read = (path: string) =>
  readReadings(path)
    ?.exact.map((segments) => `/${segments.join('/')}`)
    .sort();

describe('the readings of a path', () => {
  test.each<[string, readonly string[]]>([
    ['/a/b', ['/a/b']],
    ['/a/b/', ['/a/b']],
    ['/a/%62', ['/a/b']],
    ['/a/100%25', ['/a/100%']],
    ['/a/%2562', ['/a/%62', '/a/b']],
    ['/a/%%36%32', ['/a/%62', '/a/b']],
    ['/a//b', ['/a//b', '/a/b']],
    ['/a;x/b;y', ['/a/b', '/a;x/b;y']],
    ['/a/%3bx/b', ['/a//b', '/a/;x/b', '/a/b']],
    ['/a/b%3fx', ['/a/b', '/a/b?x']],
    ['/a/b%23x', ['/a/b', '/a/b#x']],
    ['/a/%c3%a9', ['/a/é']],
    ['/a/%E9%62', ['/a/%E9b']],
  ])('of %s are %j', (path, readings) => {
    expect(read(path)).toEqual(readings);
  });

  test('fold case, beyond ASCII too', () => {
    expect(readReadings('/User/to%E2%84%AAen%C5%BF')?.folded).toEqual([['user', 'tokens']]);
  });

  test.each([
    ['that is encoded five times', `/a/%${'25'.repeat(5)}62`],
    ['that is encoded ten thousand times', `/a/%${'25'.repeat(10_000)}62`],
    ['with a dot segment after the second decoding', '/a/%2%65%2%65/b'],
    ['with a backslash after the second decoding', '/a%5%63b'],
    ['with an overlong escape', '/a/%c1%b4okens'],
    ['with a longer overlong escape', '/a/%e0%81%b4okens'],
    ['with a non-standard escape', '/a/%u0074okens'],
    ['with more segments than MK.IO has', '/a'.repeat(65)],
  ])('are not judged for a path %s', (_, path) => {
    expect(readReadings(path)).toBeUndefined();
  });

  test('are at most 64 for the worst path', () => {
    const path = '/%253b/;a%2525/b%253f'.repeat(20);
    expect(readReadings(path)?.exact.length).toBeLessThanOrEqual(64);
  });
});
