import { expect, test } from 'vitest';
import { createEchoMask } from '../../src/forward/echo.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';

const tokenOf = (i: number): string => `eyJhbGciOiJSUzI1NiJ9.token-number-${i}.${'c2lnbmF0dXJl'.repeat(4)}`;

test('a token that is added later is masked from then on, like earlier ones', () => {
  const { hold, maskTokens, redact } = createSecrets(['a-key-of-sixteen']);
  expect(maskTokens(tokenOf(1))).toBe(tokenOf(1));
  for (let i = 0; i < 4; i++) hold(tokenOf(i));
  for (let i = 0; i < 4; i++) expect(maskTokens(`<${tokenOf(i)}>`)).toBe('<[redacted]>');
  expect(redact(`${tokenOf(2)} a-key-of-sixteen ${Buffer.from(tokenOf(3)).toString('base64url')}`)).toBe(
    '[redacted] [redacted] [redacted]',
  );
  expect(maskTokens('a-key-of-sixteen')).toBe('a-key-of-sixteen');
});

test('the four newest tokens are masked, and a repeated one counts as new', () => {
  const { hold, maskTokens } = createSecrets();
  for (let i = 0; i < 150; i++) {
    hold(tokenOf(i));
    hold(tokenOf(0));
  }
  expect(maskTokens(tokenOf(0))).toBe('[redacted]');
  expect(maskTokens(tokenOf(147))).toBe('[redacted]');
  expect(maskTokens(tokenOf(146))).not.toBe('[redacted]');
});

test('a running answer is masked with a token that was added meanwhile', () => {
  const { hold, encodings } = createSecrets();
  hold(tokenOf(1));
  const mask = createEchoMask(encodings);
  const [first, second] = [Buffer.from(`${tokenOf(1)} and `), Buffer.from(`${tokenOf(2)}.`)];
  const passed = [mask.push(first).toString()];
  hold(tokenOf(2));
  passed.push(mask.push(second).toString(), mask.flush().toString());
  expect(passed.join('')).toBe(`${'*'.repeat(tokenOf(1).length)} and ${'*'.repeat(tokenOf(2).length)}.`);
});
