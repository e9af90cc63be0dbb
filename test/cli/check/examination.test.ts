import { describe, expect, test } from 'vitest';
import type { Worlds } from '../../../src/cli/check/examination.ts';
import { examination, examineAll } from '../../../src/cli/check/examination.ts';
import { EXAMINATIONS } from '../../../src/cli/check/examinations.ts';
import { ok } from '../../../src/cli/check/findings.ts';
import { clock, roundTrip, tls } from '../../../src/cli/check/network.ts';
import { ProxyError } from '../../../src/errors.ts';

const NO_WORLDS = {} as Worlds;

describe('Examinations', () => {
  test('run in order, and each gets the facts of those before it', async () => {
    const first = examination('first', [], () => ({ fact: ok('1'), learned: { project: { id: 'p' } } }));
    const second = examination('second', ['project'], (_, { project }) => ({ fact: ok(project.id) }));
    const findings = await examineAll([first, second], NO_WORLDS);
    expect(findings).toEqual([
      { what: 'first', status: 'ok', detail: '1', exit: 0 },
      { what: 'second', status: 'ok', detail: 'p', exit: 0 },
    ]);
  });

  test('without a required fact are skipped with the first reason, and do not fail', async () => {
    const lacking = examination('lacking', ['token', 'reached'], () => ({ fact: ok('never') }));
    expect(await examineAll([lacking], NO_WORLDS)).toEqual([
      { what: 'lacking', status: 'skipped', detail: 'not looked at: no token', exit: 0 },
    ]);
  });

  test('that throw a ProxyError fail with its code, hint and exit code', async () => {
    const failing = examination('failing', [], () => {
      throw new ProxyError('TOKEN_EXPIRED', 'old');
    });
    const [finding] = await examineAll([failing], NO_WORLDS);
    expect(finding).toMatchObject({ status: 'fail', detail: 'TOKEN_EXPIRED: old', exit: 3 });
    expect(finding?.hint).toBeTruthy();
  });

  test('that throw another error exit with a stack trace', async () => {
    const broken = examination('broken', [], () => {
      throw new TypeError('a fault of ours');
    });
    await expect(examineAll([broken], NO_WORLDS)).rejects.toThrow('a fault of ours');
  });

  test('have unique, stable names', () => {
    expect(EXAMINATIONS.map(({ what }) => what)).toEqual([
      'token-source',
      'token',
      'expiry',
      'dns',
      'tls',
      'ready',
      'round-trip',
      'clock',
      'revocation',
      'signature',
      'profile',
      'token-type',
      'organization',
      'project',
      'rights',
      'advice',
    ]);
  });
});

describe('Time', () => {
  const atMs = Date.UTC(2026, 0, 1);
  const known = { address: true, channel: true } as const;
  const looked = async (examined: typeof clock, ms: number, skewMs: number) => {
    const date = new Date(atMs - skewMs).toUTCString();
    return (await examined.examine(NO_WORLDS, { ...known, reached: { ms, date, atMs } })).fact;
  };

  test.each([
    [0, 'ok', "within 1 s of MK.IO's"],
    [59_000, 'ok', "within 60 s of MK.IO's"],
    [61_000, 'warn', "61 s ahead of MK.IO's"],
    [-3_600_000, 'warn', "3600 s behind MK.IO's"],
  ])('a clock that is %d ms ahead is %s', async (skewMs, status, detail) => {
    expect(await looked(clock, 1, skewMs)).toMatchObject({ status, detail, exit: 0 });
  });

  test('a missing date of MK.IO is not a warning', async () => {
    const reached = { ms: 1, date: undefined, atMs };
    expect((await clock.examine(NO_WORLDS, { ...known, reached })).fact.status).toBe('ok');
  });

  test.each([
    [2_000, 'ok'],
    [2_001, 'warn'],
  ])('an answer after %d ms is %s, with exit code 0', async (ms, status) => {
    expect(await looked(roundTrip, ms, 0)).toMatchObject({ status, exit: 0 });
  });

  test.each([
    [20, 'ok'],
    [5, 'warn'],
  ])('a certificate that is valid for %d days is %s', async (days, status) => {
    const worlds = {
      config: { upstream: { origin: 'https://app.mk.io' } },
      now: () => atMs,
      readCertificate: () => Promise.resolve({ issuer: 'Someone', expiresAtMs: atMs + days * 86_400_000 }),
    } as unknown as Worlds;
    const { fact } = await tls.examine(worlds, known);
    expect(fact.status).toBe(status);
    expect(fact.detail).toMatch(new RegExp(`^verified, issued by Someone, until 2026-01-\\d\\d, ${days} days left$`));
  });
});
