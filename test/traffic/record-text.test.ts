import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFacts, decodeRecord, encodeRecord } from '../../src/traffic/record-text.ts';
import type { ExchangeFacts } from '../../src/traffic/facts.ts';

const text = fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', ''));
const facts = fc
  .record({
    id: text,
    target: fc.string({ unit: 'binary' }),
    status: fc.nat(),
    ms: fc.double({ noNaN: true, noDefaultInfinity: true }),
  })
  .map((some) => some as unknown as ExchangeFacts);
const body = fc.record({
  bytes: fc.nat(),
  type: fc.option(text, { nil: undefined }),
  text: fc.option(text, { nil: undefined }),
  cut: fc.boolean(),
  redacted: fc.boolean(),
  sha256: fc.option(text, { nil: undefined }),
});
const message = fc.record({ fields: text, body: fc.option(body, { nil: undefined }) });

test('A record is the same once it was a text', () => {
  const record = fc.record({ facts, request: message, answer: fc.option(message, { nil: undefined }) });
  fc.assert(
    fc.property(record, (any) => {
      // Minus zero is zero in JSON.
      const facts = JSON.parse(JSON.stringify(any.facts)) as unknown;
      expect(decodeRecord(encodeRecord(any))).toEqual({ ...any, facts });
      expect(decodeFacts(Buffer.from(encodeRecord(any)))).toEqual(facts);
    }),
  );
});
