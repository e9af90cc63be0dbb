// The attack: the token is short or plain text, by mistake or from a source that somebody else controls. The proxy masks
// its token everywhere, so the token `a` would destroy each `a` of the log and hide an attack.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/log/logging.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';
import { createFileSource } from '../../src/token/sources.ts';
import { createTokenStore } from '../../src/token/store.ts';
import { createFolder } from '../support/folder.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const PLAIN = ['a', 'exchange', 'upstream-unreachable', 'internationalization', '01234567890123456789', '-'.repeat(40)];

test.each(PLAIN)('a renewal by "%s" is refused, is not masked, and the last good token stays', async (plain) => {
  const { hold, maskTokens } = createSecrets();
  const path = join(createFolder({ token: OPAQUE_TOKEN }), 'token');
  const source = createFileSource(path, 'the file', hold);
  const store = createTokenStore({ source, first: await source.read(), hold });

  writeFileSync(path, plain);
  const { failure } = await store.reload();

  expect(failure).toMatchObject({ code: 'TOKEN_UNAVAILABLE' });
  expect(failure?.hint).toContain('would mask ordinary text');
  expect(store.current()).toBe(OPAQUE_TOKEN);
  expect(maskTokens(`an exchange: ${plain}`)).toBe(`an exchange: ${plain}`);
});

test.each(PLAIN)('"%s" as a setting is not masked even before it is refused', (plain) => {
  const { hold, redact } = createSecrets();
  hold(plain);
  expect(redact(`a code: ${plain}`)).toBe(`a code: ${plain}`);
});

describe('a mask that matches the own words of the log', () => {
  const linesOf = async (mask: (text: string) => string): Promise<unknown[]> => {
    const lines: string[] = [];
    const stream = { write: (line: string) => lines.push(line) };
    const { log } = await createLogger({ level: 'info', format: 'json' }, { isTTY: false, mask, stream });
    log.info({ event: 'log-dropped', target: '/a', nested: { 'event":"a': '"event":"a"' } }, 'ready');
    return lines.map((line) => JSON.parse(line) as unknown);
  };

  test.each(['a', 'e', 'event', 'log-dropped', 'info', 'level', '20', 'target'])(
    'changes values only: %s',
    async (word) => {
      const [line] = await linesOf((text) => text.replaceAll(word, ''));
      expect(Object.keys(line as object)).toEqual(['level', 'time', 'event', 'target', 'nested', 'msg']);
      expect(line).toMatchObject({ level: 'info', event: 'log-dropped' });
      expect(line).toHaveProperty('time', expect.stringMatching(/^20\d\d-[\d-]+T[\d:.]+Z$/));
    },
  );

  test('still masks text that imitates them', async () => {
    const [line] = await linesOf((text) => text.replaceAll(/\ba\b/g, '***'));
    expect(line).toMatchObject({ target: '/***', nested: { 'event":"***': '"event":"***"' } });
  });
});
