// The attack: whoever answers in MK.IO's place (a poisoned DNS entry, a gateway that inspects TLS) shows a certificate of
// its own. A proxy that does not verify it hands the token to the impostor with the first request.
import { describe, expect, test, vi } from 'vitest';
import type { Certificate } from '../support/certificates.ts';
import { createAuthority } from '../support/certificates.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startTlsUpstream } from '../support/upstream.ts';

// Certificates of a trusted authority that are expired or name another host need NODE_EXTRA_CA_CERTS, which Node reads at
// its start: test/e2e/trust.test.ts has them.
const impostors: [string, () => Promise<Certificate>][] = [
  ['a self-signed certificate', () => createAuthority()],
  ['a certificate of an unknown authority', async () => (await createAuthority()).issue({ names: ['localhost'] })],
];

describe('an upstream that is not MK.IO gets no byte of the token', () => {
  test.each(impostors)('%s is answered 502 UPSTREAM_UNTRUSTED', async (_, certify) => {
    const impostor = await startTlsUpstream(await certify());
    const proxy = await startTestProxy({ origin: impostor.origin });

    const answer = await fetch(`${proxy.address}/api/v1/projects`);

    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-mkio-proxy-error')).toBe('UPSTREAM_UNTRUSTED');
    expect(answer.headers.get('proxy-status')).toBe('mkio-proxy; error=tls_certificate_error');
    expect(impostor.seen).toEqual([]);
  });

  test('not even where NODE_TLS_REJECT_UNAUTHORIZED=0 turns verification off for the process', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const impostor = await startTlsUpstream(await createAuthority());
    const proxy = await startTestProxy({ origin: impostor.origin });

    const answer = await fetch(`${proxy.address}/api/v1/projects`);

    expect(answer.headers.get('x-mkio-proxy-error')).toBe('UPSTREAM_UNTRUSTED');
    expect(impostor.seen).toEqual([]);
  });
});
