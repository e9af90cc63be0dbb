import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completeJson } from '../../src/page/detail/cut-json.ts';

test.each([
  ['{"a":[1,{"b":"c","d":tr', '{"a":[1,{"b":"c"}]}'],
  ['{"a":1,"b"', '{"a":1}'],
  ['{"a":1,"b":', '{"a":1}'],
  ['{"a":1,"b":"c', '{"a":1}'],
  ['{"a":12', '{}'],
  ['[1, 2, ', '[1, 2]'],
  ['[{"a":"\\\\"},{', '[{"a":"\\\\"},{}]'],
  ['{"a":[]}', '{"a":[]}'],
  ['', ''],
])('of %s, %s can be shown', (cut, whole) => {
  expect(completeJson(cut)).toBe(whole);
});

test('truncated JSON objects and arrays are readable wherever they are cut', () => {
  const json = fc
    .tuple(fc.constantFrom(0, 1), fc.jsonValue())
    .map(([indent, value]) => JSON.stringify([value], null, indent));
  fc.assert(
    fc.property(json, fc.nat(), (text, place) => {
      const cut = text.slice(0, 1 + (place % text.length));
      const whole = completeJson(cut);
      expect(Array.isArray(JSON.parse(whole))).toBe(true);
      expect(cut.startsWith(whole.replace(/[\]}]*$/, ''))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(json, (text) => completeJson(text) === text));
});
