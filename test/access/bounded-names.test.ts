import { expect, test } from 'vitest';
import { createBoundedNames } from '../../src/access/bounded-names.ts';

test('names beyond the bound share one name, and names used within a minute keep theirs', () => {
  let nowMs = 0;
  const nameOf = createBoundedNames(2, () => nowMs);
  expect(['a', 'b', 'c', 'd', 'a'].map(nameOf)).toEqual(['a', 'b', '(others)', '(others)', 'a']);

  nowMs = 59_000;
  expect(nameOf('a')).toBe('a');
  nowMs = 118_000;
  expect(['c', 'd', 'a', 'e'].map(nameOf)).toEqual(['c', 'd', 'a', '(others)']);

  nowMs = 300_000;
  nameOf('x');
  nowMs = 400_000;
  expect(['a', 'b', 'c'].map(nameOf)).toEqual(['a', 'b', '(others)']);
});
