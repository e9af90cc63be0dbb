import { isIP } from 'node:net';
import { readName } from '../../http/hosts.ts';
import type { Outcome } from './examination.ts';
import { examination, REACHED } from './examination.ts';
import { fail, ok, warn } from './findings.ts';
import { dayOf, daysUntil } from './token.ts';

/** Certificates are usually renewed earlier, except on gateways that inspect TLS. */
const CERTIFICATE_WARNING_MS = 14 * 86_400_000;
const SLOW_MS = 2_000;
const SKEW_MS = 60_000;

export const dns = examination('dns', [], async ({ config, resolveName }): Promise<Outcome> => {
  const host = readName(new URL(config.upstream.origin).hostname);
  const learned = { address: true } as const;
  if (isIP(host) !== 0) return { fact: ok(`${host} is an address`), learned };
  return { fact: ok(`${host} is ${(await resolveName(host)).join(', ')}`), learned };
});

export const tls = examination('tls', ['address'], async ({ config, readCertificate, now }): Promise<Outcome> => {
  const origin = new URL(config.upstream.origin);
  const learned = { channel: true } as const;
  // The settings allow http only for loopback.
  if (origin.protocol === 'http:') return { fact: ok('none (loopback)'), learned };
  const { issuer, expiresAtMs } = await readCertificate(origin);
  const detail = `verified, issued by ${issuer}, until ${dayOf(expiresAtMs)}, ${daysUntil(expiresAtMs, now())}`;
  const isNear = expiresAtMs - now() < CERTIFICATE_WARNING_MS;
  const hint = 'Once it has expired, the proxy sends nothing: whoever runs this host has to renew it.';
  return { fact: isNear ? warn(detail, hint) : ok(detail), learned };
});

const READY_PATH = '/api/ready';

export const ready = examination(
  'ready',
  ['address', 'channel'],
  async ({ readPublic, now, clockMs }): Promise<Outcome> => {
    const startMs = clockMs();
    const { status, date } = await readPublic(READY_PATH);
    const learned = { reached: { ms: Math.round(clockMs() - startMs), date, atMs: now() } };
    const detail = `GET ${READY_PATH} ${status}`;
    if (status === 200) return { fact: ok(detail), learned };
    if (status >= 500) return { fact: fail(detail, 'MK.IO is not ready: try again later.', 5), learned };
    return { fact: warn(detail, 'MK.IO answers 200 here: check MKIO_BASE_URL.'), learned };
  },
);

export const roundTrip = examination('round-trip', REACHED, (_, { reached: { ms } }) => {
  const detail = `${ms} ms, connecting included`;
  if (ms <= SLOW_MS) return { fact: ok(detail) };
  return { fact: warn(detail, 'The way to MK.IO is slow: look at gateways and VPNs between.') };
});

export const clock = examination('clock', REACHED, (_, { reached: { date, atMs } }) => {
  const skewMs = atMs - Date.parse(date ?? '');
  if (Number.isNaN(skewMs)) return { fact: ok('MK.IO does not tell its time') };
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  const side = skewMs > 0 ? 'ahead of' : 'behind';
  // MK.IO's Date header has whole seconds.
  if (Math.abs(skewMs) <= SKEW_MS) return { fact: ok(`within ${seconds + 1} s of MK.IO's`) };
  const hint = "Set this machine's clock: the proxy judges by it whether the token has expired.";
  return { fact: warn(`${seconds} s ${side} MK.IO's`, hint) };
});
