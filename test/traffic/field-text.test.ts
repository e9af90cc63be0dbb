import { expect, test } from 'vitest';
import { createSecrets } from '../../src/secrets/secrets.ts';
import { parseFields, renderFields } from '../../src/traffic/field-text.ts';

const { redact } = createSecrets();
const read = (fields: readonly string[]) => parseFields(renderFields([fields, []], redact)[0]);

test('the name of a header field decides, whatever its value contains', () => {
  expect(read(['X-Api-Key', 'a "quoted": value, b=c', 'accept', 'x-api-key: none'])).toEqual([
    ['X-Api-Key', '[redacted]'],
    ['accept', 'x-api-key: [redacted]'],
  ]);
});

test('a secret in a harmless field is redacted, and the other fields stay', () => {
  expect(read(['referer', 'https://a.example/?token=s3cret', 'cookie', 'a=b', 'accept', '*/*'])).toEqual([
    ['referer', 'https://a.example/?token=[redacted]'],
    ['cookie', '[redacted]'],
    ['accept', '*/*'],
  ]);
});
