import { describe, expect, test } from 'vitest';
import { ENCODINGS, UTF_16 } from '../../support/canary/encodings.ts';
import { findLeaks } from '../../support/canary/search.ts';

describe('the search', () => {
  const secret = { name: 'the secret', text: 'Mk+io/c4naRy~F9xQ0zL7-wB2_vT5.hJ8sK1dG6pY3mR==' };
  const search = (text: string) => findLeaks([secret], [{ name: 'a sample', text }]);

  test.each(Object.entries({ ...ENCODINGS, ...UTF_16 }))('finds a secret %s', (_, encode) => {
    expect(search(`{"a":"ü"} ${encode(secret.text)} b`)).toMatchObject([{ secret: 'the secret', output: 'a sample' }]);
  });

  test.each(Object.entries(ENCODINGS))('finds half of a secret %s', (_, encode) => {
    expect(search(`a=${encode(secret.text.slice(11, 34))}&b`)).not.toEqual([]);
  });

  test('finds nothing in output without the secret', () => {
    const other = Buffer.from(secret.text).reverse().toString();
    const texts = Object.values({ ...ENCODINGS, ...UTF_16 }).map((encode) => encode(other));
    expect(search(texts.join('\n'))).toEqual([]);
  });
});
