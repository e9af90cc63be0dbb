import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ListenerConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import { readCallerFields, refuseForeignPages, requireOwnHost } from './access.ts';
import { ALLOW, FORWARDED_METHODS } from './methods.ts';
import { refuseTokenOperations } from './rules.ts';
import type { Target } from './target.ts';
import { resolveAddress, resolveTarget } from './target.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request will ask of the upstream; undefined until it was judged. */
    target: Target | undefined;
  }
}

const METHODS = new Set<string>(FORWARDED_METHODS);

/** Judges every request before anything is spent on it, from who calls to what is asked for. */
export const guard = fp<ListenerConfig>((app: FastifyInstance, { host, prefixes }, done) => {
  app.decorateRequest('target');
  app.addHook('onRequest', (request, _, next) => {
    const { raw, method, headers } = request;
    const address = resolveAddress({ url: request.originalUrl, hosts: readHosts(raw) });
    requireOwnHost(address.authority, host);
    refuseForeignPages(readCallerFields(headers));
    refuseMethod(method);
    refuseUpgrade(headers.upgrade);
    refuseExpectation(headers.expect);
    refuseTransferCoding(headers['transfer-encoding']);
    const target = resolveTarget(address, prefixes);
    refuseTokenOperations(method, target);
    request.target = target;
    next();
  });
  done();
});

/** Every Host line: Node's `headers.host` is the first alone. */
function readHosts({ rawHeaders }: IncomingMessage): string[] {
  const hosts: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === 'host') hosts.push(rawHeaders[i + 1] ?? '');
  }
  return hosts;
}

function refuseMethod(method: string): void {
  if (METHODS.has(method)) return;
  throw new ProxyError('METHOD_REFUSED', `The proxy does not forward ${method}.`, { headers: ALLOW });
}

/** RFC 9110 §7.8 lets a server ignore the offer of HTTP/2, which some clients make with every first request. */
function refuseUpgrade(upgrade: string | undefined): void {
  if (upgrade === undefined || upgrade.toLowerCase() === 'h2c') return;
  throw new ProxyError('UPGRADE_REFUSED', 'The proxy does not upgrade connections.');
}

/** RFC 9110 §10.1.1 knows one expectation, and lets a server refuse every other. */
function refuseExpectation(expect: string | undefined): void {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return;
  throw new ProxyError('EXPECTATION_REFUSED', 'The proxy knows no such expectation.');
}

/** RFC 9112 §6.1: a transfer coding that is not understood is answered 501. Node takes off chunked alone. */
function refuseTransferCoding(coding: string | undefined): void {
  if (coding === undefined || coding.toLowerCase() === 'chunked') return;
  const headers = { connection: 'close' };
  throw new ProxyError('CODING_REFUSED', 'The proxy knows no transfer coding but chunked.', { headers });
}
