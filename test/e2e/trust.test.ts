import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Authority, Certificate } from '../support/certificates.ts';
import { createAuthority } from '../support/certificates.ts';
import { createFolder } from '../support/folder.ts';
import { startTlsUpstream } from '../support/upstream.ts';
import { startProgram } from '../support/program.ts';

const TOKEN = 'e2e-canary-token-0123456789';
const YESTERDAY = new Date(Date.now() - 24 * 60 * 60 * 1000);

describe('an upstream with a certificate from an authority in NODE_EXTRA_CA_CERTS', () => {
  test('is trusted and gets the token', async () => {
    const { answer, seen } = await ask((authority) => authority.issue({ names: ['localhost'] }));
    expect(answer.status).toBe(200);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`]);
  });

  const bad: [string, (authority: Authority) => Promise<Certificate>][] = [
    ['an expired certificate', (authority) => authority.issue({ names: ['localhost'], notAfter: YESTERDAY })],
    ['a certificate for another name', (authority) => authority.issue({ names: ['app.mk.io'] })],
  ];

  test.each(bad)('is answered 502 UPSTREAM_UNTRUSTED with %s and sees no byte of the token', async (_, certify) => {
    const { answer, seen } = await ask(certify);
    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-mkio-proxy-error')).toBe('UPSTREAM_UNTRUSTED');
    expect(seen).toEqual([]);
  });
});

async function ask(certify: (authority: Authority) => Promise<Certificate>) {
  const authority = await createAuthority();
  const upstream = await startTlsUpstream(await certify(authority));
  const file = join(createFolder(), 'ca.pem');
  writeFileSync(file, authority.cert);
  const program = await startProgram({
    MKIO_BASE_URL: upstream.origin,
    MKIO_TOKEN: TOKEN,
    NODE_EXTRA_CA_CERTS: file,
  });
  const answer = await fetch(`${program.address}/api/v1/projects`);
  return { answer, seen: upstream.seen };
}
