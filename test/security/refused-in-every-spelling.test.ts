// The attack: a caller encodes a refused path so that the rules miss it and a lenient upstream still understands it:
// other case, escapes, double escapes, fullwidth letters, trailing blanks and dots, parameters, doubled slashes or a
// truncated end. Every decoding is checked.
import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { policyOf } from '../support/policy.ts';
import { startTestProxy } from '../support/proxy.ts';
import { spellingsOf } from '../support/spellings.ts';
import { startUpstream } from '../support/upstream.ts';

const GUARDED = [
  ['POST', '/api/v1/user/tokens'],
  ['DELETE', '/api/v1/organization/tokens/1'],
  ['PATCH', '/api/v1/user/profile'],
  ['DELETE', '/api/v1/user/organizations/1'],
  ['POST', '/api/v1/organization/invites'],
  ['POST', '/api/v1/projects/p/paymentMethod'],
  ['PUT', '/api/v1/projects/p'],
] as const;

/** Sends the path byte for byte on one kept-alive connection. */
function createClient({ port }: { readonly port: number }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return async (method: string, path: string): Promise<number | undefined> =>
    await new Promise((resolve, reject) => {
      request({ agent, host: '127.0.0.1', port, method, path }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end();
    });
}

test('no encoding of a guarded operation reaches the upstream', async () => {
  const upstream = await startUpstream();
  const ask = createClient(await startTestProxy(upstream));
  const asked = fc.constantFrom(...GUARDED).chain(([method, path]) => fc.tuple(fc.constant(method), spellingsOf(path)));

  await fc.assert(
    fc.asyncProperty(asked, async ([method, path]) => {
      expect([400, 403]).toContain(await ask(method, path));
      expect(upstream.seen).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

test('a forwarded path is allowed by the rules and unchanged, byte for byte', async () => {
  const upstream = await startUpstream();
  const ask = createClient(await startTestProxy(upstream));
  const paths = ['/api/v1/user/tokens', '/api/v1/user/rbac', '/api/v1/projects/p', '/api/v1/projects/p/media/assets/a'];
  const asked = fc.tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
    fc.constantFrom(...paths).chain((path) => spellingsOf(path)),
  );

  await fc.assert(
    fc.asyncProperty(asked, async ([method, path]) => {
      const before = upstream.seen.length;
      const status = await ask(method, path);
      const arrived = upstream.seen.slice(before);

      expect(arrived.map((seen) => [seen.method, seen.url])).toEqual(status === 200 ? [[method, path]] : []);
      for (const seen of arrived) expect(policyOf().decide(seen.method, { path: seen.url }).allowed).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(upstream.seen.length).toBeGreaterThan(0);
});
