import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/log/logging.ts';

async function linesOf(
  format: 'auto' | 'json' | 'pretty',
  isTTY: boolean,
  fields: object = { event: 'x' },
): Promise<readonly string[]> {
  const lines: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      lines.push(line);
      done();
    },
  });
  const { log, flush } = await createLogger({ level: 'info', format }, { isTTY, stream });
  log.debug('unseen');
  log.warn(fields, 'seen');
  await flush();
  return lines;
}

describe('The log', () => {
  test.each(['json', 'auto'] as const)(
    'has one JSON object per line, with format %s and without a terminal',
    async (format) => {
      const lines = await linesOf(format, false);
      expect(lines).toHaveLength(1);
      const line = JSON.parse(lines[0]!) as Record<string, unknown>;
      expect(Object.keys(line)).toEqual(['level', 'time', 'event', 'msg']);
      expect(line).toMatchObject({ level: 'warn', event: 'x', msg: 'seen' });
      expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    },
  );

  test('has one JSON object per line for any text of a caller or an upstream', async () => {
    const target = '/a\n{"level":"fatal","msg":"forged"}\r\u2028\u001b[31m"\\';
    const lines = await linesOf('json', false, { target });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\P{Cc}+\n$/u);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'warn', target });
  });

  test.each([
    ['json', true],
    ['pretty', false],
    ['pretty', true],
  ] as const)('contains no control characters of remote text (format %s, terminal %s)', async (format, isTTY) => {
    const remote = 'a\u009b31mb\u202ec\u001b]0;d\u0007';
    const fields = [
      { event: 'exchange', ref: remote, target: remote },
      { cause: { message: remote } },
      { reason: remote },
    ];
    for (const field of fields) {
      const text = (await linesOf(format, isTTY, field)).join('');
      expect(text).toMatch(/\n$/);
      for (const steering of ['\u009b', '\u202e', '\u001b]', '\u0007']) expect(text).not.toContain(steering);
    }
  });

  test.each([
    ['pretty', false],
    ['auto', true],
  ] as const)('is readable text (format %s, terminal %s)', async (format, isTTY) => {
    const text = (await linesOf(format, isTTY)).join('');
    expect(text).toContain('WARN');
    expect(text).toContain('seen');
    expect(text).not.toContain('{"level"');
  });

  test('shows an exchange in one short line without control characters', async () => {
    const exchange = { event: 'exchange', id: 'x', method: 'GET', status: 404, code: 'NOT_FORWARDED', ms: 1.5 };
    const text = (await linesOf('pretty', false, { ...exchange, target: '/a\u009b31m', ending: 'cancelled' })).join('');
    expect(text).toMatch(/: GET \/a31m 404 1\.5 ms NOT_FORWARDED cancelled\n$/);
  });
});

test.each(['json', 'pretty'] as const)('The log masks the token anywhere in a line, with format %s', async (format) => {
  const lines: string[] = [];
  const mask = (text: string): string => text.replaceAll('s3cret', '***');
  const stream = { write: (line: string) => lines.push(line) };
  const { log, print } = await createLogger({ level: 'info', format }, { isTTY: false, mask, stream });

  log.error({ err: new Error('with s3cret'), nested: { token: 's3cret' } }, 's3cret');
  print('s3cret');

  expect(lines.join('')).not.toContain('s3cret');
  expect(lines.join('')).toContain('***');
});
