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

test.each(['my.authorization', "'token'", "'jwt'", `${'a'.repeat(50)}-cookie`, 'foo!x-api-key', 'foo-secret'])(
  'the value of a field named %s is redacted',
  (name) => {
    expect(read([name, '"opaque"'])).toEqual([[name, '[redacted]']]);
  },
);

test.each(['max-token-count', 'key', 'access-control-allow-credentials', 'if-none-match', 'cookies-accepted'])(
  'the value of a field named %s stays',
  (name) => {
    expect(read([name, 'plain'])).toEqual([[name, 'plain']]);
  },
);

test('a secret in a harmless field is redacted, and the other fields stay', () => {
  expect(read(['referer', 'https://a.example/?token=s3cret', 'cookie', 'a=b', 'accept', '*/*'])).toEqual([
    ['referer', 'https://a.example/?token=[redacted]'],
    ['cookie', '[redacted]'],
    ['accept', '*/*'],
  ]);
});
