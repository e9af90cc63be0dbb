import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DURATION_MS, parseDuration, parseSize } from '../../src/config/units.ts';

describe('Durations', () => {
  test.each([
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '10', '0', 's', '10 s', ' 10s', '1.5s', '-1s', '+1s', '1e3s', '10S', '10sec', '1d', '0x10s', '10s2m'])(
    '%j is refused',
    (text) => {
      expect(() => parseDuration(text)).toThrow(RangeError);
    },
  );

  test('the error for a number without a unit lists the units', () => {
    expect(() => parseDuration('10')).toThrow('has no unit: add one of ms, s, m, h, as in 10s');
  });

  test('a duration above the limit of Node timers is refused', () => {
    expect(parseDuration(`${MAX_DURATION_MS}ms`)).toBe(MAX_DURATION_MS);
    expect(() => parseDuration(`${MAX_DURATION_MS + 1}ms`)).toThrow('too large');
    expect(() => parseDuration(`${'9'.repeat(400)}h`)).toThrow('too large');
  });
});

describe('Sizes', () => {
  test.each([
    ['512B', 512],
    ['64KB', 64_000],
    ['64KiB', 65_536],
    ['10MB', 10_000_000],
    ['1MiB', 1_048_576],
    ['1GB', 1_000_000_000],
    ['1GiB', 1_073_741_824],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '10', '10kb', '10 MB', '1.5MB', '-1B', '10TB', 'KB'])('%j is refused', (text) => {
    expect(() => parseSize(text)).toThrow(RangeError);
  });

  test('any text gives a safe integer or a RangeError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,30}(B|KB|KiB|MB|GB|GiB)$/)), (text) => {
        try {
          return Number.isSafeInteger(parseSize(text));
        } catch (error) {
          return error instanceof RangeError;
        }
      }),
    );
  });
});
