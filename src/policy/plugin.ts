import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { ProxyError } from '../errors.ts';
import { ALLOW, FORWARDED_METHODS } from '../http/methods.ts';
import { readSubject } from './catalogue.ts';
import type { Policy } from './rules.ts';
import type { Target } from './target.ts';
import { resolveTarget } from './target.ts';
import type { Denial } from './verdict.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The canonical target of the upstream request; undefined until it was judged. */
    target: Target | undefined;
  }
}

export interface PolicyPluginOptions {
  readonly prefixes: readonly string[];
  readonly policy: Policy;
}

const METHODS = new Set<string>(FORWARDED_METHODS);

/** Decides what may be asked: method, expectations, then the canonical target by the rules. */
export const policy = fp<PolicyPluginOptions>((app: FastifyInstance, { prefixes, policy }, done) => {
  app.decorateRequest('target');

  app.addHook('onRequest', (request, _reply, next) => {
    const { method, headers, address } = request;
    if (address === undefined) throw new Error('access/ must be registered before policy/');
    refuseMethod(method);
    refuseUpgrade(headers.upgrade);
    refuseExpectation(headers.expect);
    refuseTransferCoding(headers['transfer-encoding']);
    const target = resolveTarget(address, prefixes);
    // Before the rules, so that a refused exchange names its operation too.
    request.exchange?.setSubject(readSubject(method, target.path));
    requireAllowed(policy, method, target);
    request.target = target;
    next();
  });
  done();
});

/** @throws ProxyError OPERATION_REFUSED, PROJECT_REFUSED (403) */
export function requireAllowed(policy: Policy, method: string, target: Target): void {
  const verdict = policy.decide(method, target);
  if (!verdict.allowed) throw refusalOf(verdict);
}

const refusalOf = ({ code, reason, rule, setting }: Denial): ProxyError =>
  new ProxyError(code, `The policy of this proxy refuses ${reason}.`, {
    hint: `The operator of the proxy can allow it by ${setting}.`,
    extraDetail: { rule, setting },
  });

function refuseMethod(method: string): void {
  if (METHODS.has(method)) return;
  throw new ProxyError('METHOD_REFUSED', `The proxy does not forward ${method}.`, { headers: ALLOW });
}

/** A server may ignore an offer of HTTP/2 (RFC 9110 §7.8), which some clients make with every first request. */
function refuseUpgrade(upgrade: string | undefined): void {
  if (upgrade === undefined || upgrade.toLowerCase() === 'h2c') return;
  throw new ProxyError('UPGRADE_REFUSED', 'The proxy does not upgrade connections.');
}

/** RFC 9110 §10.1.1 defines one expectation. A server may refuse every other. */
function refuseExpectation(expect: string | undefined): void {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return;
  throw new ProxyError('EXPECTATION_REFUSED', 'The proxy knows no such expectation.');
}

/** RFC 9112 §6.1: an unknown transfer coding is answered with 501. Node decodes only chunked. */
function refuseTransferCoding(coding: string | undefined): void {
  if (coding === undefined || coding.toLowerCase() === 'chunked') return;
  const headers = { connection: 'close' };
  throw new ProxyError('CODING_REFUSED', 'The proxy knows no transfer coding but chunked.', { headers });
}
