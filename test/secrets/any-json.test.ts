import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/secrets/redact.ts';

const SECRET = 's3cretVALUE';
const redact = createRedactor((text) => text);

// No name of a secret can be made of these, but all that could mislead whoever looks for the end of a string.
const text = fc.string({ unit: fc.constantFrom(...Array.from('ab{}[]",:\'\\\n =<>/é')), maxLength: 12 });
const around = fc.tuple(text, text).map(([before, after]) => `${before}${SECRET}${after}`);
const secret = fc.oneof(
  around,
  around.map((value) => ({ value })),
  around.map((value) => [value, { value: [value] }]),
);
const secrets = fc.dictionary(
  fc.constantFrom('token', 'password', 'X-Api-Key', 'sasToken', 'srtPassphrase', 'set-cookie', 'authorization'),
  secret,
  { maxKeys: 2 },
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom<unknown>(null, true, 12.5, -1),
    fc.array(tie('json'), { maxLength: 3 }),
    tie('json').map((value) => JSON.stringify(value)),
    fc.tuple(fc.dictionary(text, tie('json'), { maxKeys: 3 }), secrets).map(([plain, held]) => ({ ...plain, ...held })),
  ),
}));

test('whatever a body of JSON holds, and however deep in strings, it loses its secrets and stays JSON', () => {
  let held = 0;
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
      const body = JSON.stringify(value, null, indent);
      const shown = redact(body);
      held += Number(body.includes(SECRET));
      expect(shown).not.toContain(SECRET);
      expect(() => JSON.parse(shown) as unknown).not.toThrow();
    }),
    { numRuns: 3_000 },
  );
  expect(held).toBeGreaterThan(300);
});
