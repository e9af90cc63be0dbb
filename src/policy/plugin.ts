import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { AccessConfig, ListenerConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import type { AnsweredBy } from '../traffic/exchange.ts';
import { createAccess, readCallerFields } from '../access/access.ts';
import { requireCaller } from '../access/callers.ts';
import { isPreflight, renderCors, renderPreflight } from '../access/cors.ts';
import type { ReadCallers } from '../access/keys-file.ts';
import { ALLOW, FORWARDED_METHODS } from '../http/methods.ts';
import { requireAllowed } from './refusal.ts';
import type { Policy } from './rules.ts';
import { readSubject } from './subject.ts';
import type { Target } from './target.ts';
import { readHosts, resolveAddress, resolveTarget } from './target.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request will ask of the upstream; undefined until it was judged. */
    target: Target | undefined;
    /** Whose key it carried, or `operator` of a replay; undefined where no key is asked for. */
    callerName: string | undefined;
  }
}

export interface GuardOptions {
  readonly listener: ListenerConfig;
  readonly access: AccessConfig;
  readonly policy: Policy;
  readonly readCallers: ReadCallers;
  /** Whether a request header field of this lower-case name goes upstream. */
  readonly isForwarded: (name: string) => boolean;
}

const PREFLIGHT = { status: 204, answeredBy: 'preflight' } as const satisfies {
  status: number;
  answeredBy: AnsweredBy;
};
const METHODS = new Set<string>(FORWARDED_METHODS);
/** Who replays: the admin listener knows it, and nobody else can make such a request. */
const OPERATOR = 'operator';

/** Judges every request before anything is spent on it, from who calls to what is asked for. */
export const guard = fp<GuardOptions>((app: FastifyInstance, options, done) => {
  const { listener, access, policy, readCallers, isForwarded } = options;
  const { requireOwnHost, refuseForeignPages } = createAccess({ host: listener.host, ...access });
  app.decorateRequest('target');
  app.decorateRequest('callerName');

  app.addHook('onRequest', (request, reply, next) => {
    const { raw, method, headers } = request;
    const address = resolveAddress({ url: request.originalUrl, hosts: readHosts(raw.rawHeaders) });
    requireOwnHost(address.authority);
    refuseForeignPages(readCallerFields(headers));
    if (headers.origin !== undefined) {
      void reply.headers(renderCors(headers.origin));
      if (isPreflight(method, headers)) {
        if (request.exchange !== undefined) Object.assign(request.exchange, PREFLIGHT);
        void reply.code(204).headers(renderPreflight(headers, isForwarded)).send();
        return;
      }
    }
    if (request.exchange?.start.replay !== undefined) request.callerName = OPERATOR;
    else if (readCallers !== undefined) request.callerName = requireCaller(headers.authorization, readCallers());
    refuseMethod(method);
    refuseUpgrade(headers.upgrade);
    refuseExpectation(headers.expect);
    refuseTransferCoding(headers['transfer-encoding']);
    const target = resolveTarget(address, listener.prefixes);
    // Before the rules, so that what they refuse has its name too.
    if (request.exchange !== undefined) Object.assign(request.exchange, readSubject(method, target.path));
    requireAllowed(policy, method, target);
    request.target = target;
    next();
  });
  done();
});

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
