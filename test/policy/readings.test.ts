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
    ['/a/b.', ['/a/b', '/a/b.']],
    ['/a/b%20', ['/a/b', '/a/b ']],
    ['/a/%20b%C2%A0.%20./c', ['/a/ b . ./c', '/a/ b\u00a0. ./c', '/a/b/c']],
    ['/a/.../b', ['/a/.../b', '/a//b', '/a/b']],
    ['/a/b%20;x', ['/a/b', '/a/b ', '/a/b ;x']],
    ['/a/%EF%BD%82', ['/a/b', '/a/\uff42']],
    ['/a/o%EF%AC%83ce', ['/a/office', '/a/o\ufb03ce']],
    ['/a/b%E2%80%8Bc', ['/a/bc', '/a/b\u200bc']],
    ['/a%EF%BC%8Fb', ['/a/b', '/a\uff0fb']],
    ['/a/b%EF%BC%9Fx', ['/a/b', '/a/b?x', '/a/b\uff1fx']],
    ['/a/%EF%BC%8562', ['/a/%62', '/a/b', '/a/\uff0562']],
  ])('of %s are %j', (path, readings) => {
    expect(read(path)).toEqual(readings);
  });

  test('fold case, beyond ASCII too', () => {
    expect(readReadings('/User/to%E2%84%AAen%C5%BF')?.folded).toEqual([['user', 'tokens']]);
  });

  test('keep a segment in which folding adds a slash', () => {
    expect(readReadings('/a/%E2%84%80')?.folded).toEqual([
      ['a', 'a/c'],
      ['a', 'a', 'c'],
    ]);
  });

  test.each([
    ['that is encoded five times', `/a/%${'25'.repeat(5)}62`],
    ['that is encoded ten thousand times', `/a/%${'25'.repeat(10_000)}62`],
    ['with a dot segment after the second decoding', '/a/%2%65%2%65/b'],
    ['with a dot segment of fullwidth dots', '/a/%EF%BC%8E%EF%BC%8E/b'],
    ['with a two-dot leader as a segment', '/a/%E2%80%A5/b'],
    ['with invisible characters in a dot segment', '/a/.%E2%80%8B./b'],
    ['with a no-break space after a dot segment', '/a/..%C2%A0/b'],
    ['with a fullwidth backslash', '/a%EF%BC%BCb'],
    ['with a backslash after the second decoding', '/a%5%63b'],
    ['with an overlong escape', '/a/%c1%b4okens'],
    ['with a longer overlong escape', '/a/%e0%81%b4okens'],
    ['with more combining marks than any writing has', `/a/a${'%CC%81'.repeat(31)}`],
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
