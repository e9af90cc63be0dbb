import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { renderFailure } from '../../src/cli/failure.ts';
import { printable } from '../../src/text/unseen.ts';
import { readTokenFacts, renderBanner, renderTokenFacts } from '../../src/cli/ready.ts';
import { renderCommand } from '../../src/text/shell.ts';
import { planTour } from '../../src/cli/tour.ts';
import { ProxyError } from '../../src/errors.ts';

describe('Text for a terminal', () => {
  test('loses what could steer it', () => {
    expect(printable('a\u001b[31mb\u009b0m\u202ec\r\nd\u2028é')).toBe('a[31mb0mcdé');
  });

  test('keeps each word whole when it is pasted into a shell', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(word, (text) => {
        const { stdout } = spawnSync('sh', ['-c', `printf %s ${renderCommand([text])}`], { encoding: 'utf8' });
        return stdout === text;
      }),
      { numRuns: 40 },
    );
  });

  test('quotes the queries of the demo', () => {
    const [list, , start] = planTour('http://127.0.0.1:6546', 'demo');
    expect(list?.command).toBe("curl 'http://127.0.0.1:6546/api/v1/projects/demo/media/assets?$top=2'");
    expect(start?.command).toMatch(/^curl -X POST http:/);
  });
});

describe('The banner', () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const claims = { kid: undefined, alg: undefined, jti: undefined, iat: undefined };

  test('shows the source of the token and the days left', () => {
    const facts = readTokenFacts('MKIO_TOKEN (environment)', { ...claims, exp: nowMs / 1000 + 86_400 * 10 }, nowMs);
    expect(renderTokenFacts(facts)).toBe('MKIO_TOKEN (environment), expires 2026-01-11 (10 days left)');
  });

  test.each([undefined, { ...claims, exp: undefined }, { ...claims, exp: 1e300 }])(
    'says when the expiry is unknown: %j',
    (odd) => {
      expect(renderTokenFacts(readTokenFacts('MKIO_TOKEN', odd, nowMs))).toBe('MKIO_TOKEN, expiry unknown');
    },
  );

  test('has one line to try', () => {
    const token = readTokenFacts('MKIO_TOKEN', undefined, nowMs);
    const banner = renderBanner(
      { address: 'http://127.0.0.1:1', admin: null, upstream: 'https://u', ...token },
      '1.2.3',
    );
    expect(banner).toContain('curl http://127.0.0.1:1/api/v1/user/profile');
    expect(banner).toContain('admin   off');
  });
});

describe('A failure', () => {
  const redact = (text: string): string => text.replaceAll('s3cret', '***');

  test('of ours is told with code, message and hint', () => {
    const error = new ProxyError('LISTEN_FAILED', 'taken', { hint: 'Take another.' });
    expect(renderFailure(error, { debug: false, redact })).toEqual({
      exit: 4,
      text: 'mkio-proxy: LISTEN_FAILED: taken\nTake another.\n',
    });
  });

  test('that nobody expected is told without its text, and with its stack only for debugging', () => {
    const error = new Error('secret detail');
    const shown = renderFailure(error, { debug: false, redact });
    expect([shown.exit, shown.text]).toEqual([1, expect.stringContaining('INTERNAL: something went wrong')]);
    expect(shown.text).not.toContain('secret detail');
    expect(renderFailure(error, { debug: true, redact }).text).toContain('secret detail');
  });

  test('shows no secret, not even in its stack', () => {
    const { text } = renderFailure(new Error('with s3cret'), { debug: true, redact });
    expect(text).toContain('with ***');
    expect(text).not.toContain('s3cret');
  });

  test('by a mistyped command line does not quote it, not even in its stack', () => {
    const error = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--token=opaque-secret'");
    expect(renderFailure(error, { debug: true, redact }).text).not.toContain('opaque-secret');
  });

  test('is none when help was asked for', () => {
    const help = new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
    expect(renderFailure(help, { debug: false, redact })).toEqual({ exit: 0, text: '' });
  });
});
