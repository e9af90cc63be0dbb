import { describe, expect, test } from 'vitest';
import { isReleasable, release } from '../../src/forward/release.ts';

const KB = 1024;

describe('the memory of a chunk is released', () => {
  test('at once, and can no longer be read', () => {
    const chunk = Buffer.from(new ArrayBuffer(64 * KB));
    expect(isReleasable(chunk)).toBe(true);
    release(chunk);
    expect(chunk.length).toBe(0);
  });

  const kept: [string, Buffer][] = [
    ['a small chunk', Buffer.from(new ArrayBuffer(8 * KB))],
    ['a chunk that ends before its memory does', Buffer.from(new ArrayBuffer(64 * KB), 0, 60 * KB)],
    ['a chunk that is the smaller part of its memory', Buffer.from(new ArrayBuffer(128 * KB), 88 * KB, 40 * KB)],
    ["the largest chunk of Buffer's shared pool", Buffer.allocUnsafe((Buffer.poolSize >>> 1) - 1)],
  ];

  test.each(kept)('but not that of %s', (_, chunk) => {
    expect(isReleasable(chunk)).toBe(false);
  });
});
