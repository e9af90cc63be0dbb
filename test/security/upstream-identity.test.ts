// The attack: an impostor answers in MK.IO's place (DNS poisoning, TLS inspection) with its own certificate.
// A proxy that does not verify the certificate sends it the token with the first request.
import { describe, expect, test, vi } from 'vitest';
import type { Certificate } from '../support/certificates.ts';
import { createAuthority } from '../support/certificates.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startTlsUpstream } from '../support/upstream.ts';

// Expired certificates and those of another host are tested in test/e2e/trust.test.ts: they need
// NODE_EXTRA_CA_CERTS, which Node reads only at startup.
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

  test('not even if NODE_TLS_REJECT_UNAUTHORIZED=0 turns verification off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const impostor = await startTlsUpstream(await createAuthority());
    const proxy = await startTestProxy({ origin: impostor.origin });

    const answer = await fetch(`${proxy.address}/api/v1/projects`);

    expect(answer.headers.get('x-mkio-proxy-error')).toBe('UPSTREAM_UNTRUSTED');
    expect(impostor.seen).toEqual([]);
  });
});
