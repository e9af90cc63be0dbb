import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import type { CallerFields } from '../access/access.ts';
import { createAccess, readCallerFields, requireOwnPage } from '../access/access.ts';
import { hashKey, requireCaller } from '../access/callers.ts';
import type { AdminConfig } from '../config/config.ts';
import { readHosts, resolveAddress } from '../http/address.ts';
import { isLoopback } from '../http/hosts.ts';
import { READS } from '../http/methods.ts';
import type { Session } from './session.ts';
import { SESSION_HEADER } from './session.ts';

export interface GuardOptions {
  readonly config: Pick<AdminConfig, 'host' | 'key'>;
  readonly allowedHosts: readonly string[];
  readonly session: Session;
  /** Paths of the inspector page, which holds no secret and asks for the key itself. */
  readonly pagePaths: ReadonlySet<string>;
}

/** For monitors: no secret and no traffic, so no key. */
const PROBES = new Set(['/livez', '/readyz']);

/** Decides who may use the admin listener: Host, web pages, admin key, session. */
export const guard = fp<GuardOptions>((app, { config, allowedHosts, session, pagePaths }, done) => {
  const { requireOwnHost, refuseForeignPages } = createAccess({ host: config.host, allowedHosts, allowedOrigins: [] });
  const requireOperator = createOperatorCheck(config);

  app.addHook('onRequest', ({ raw, method, headers, originalUrl, routeOptions }, _reply, next) => {
    const { authority } = resolveAddress({ url: originalUrl, hosts: readHosts(raw.rawHeaders) });
    requireOwnHost(authority);
    const { url: route = '' } = routeOptions;
    // Any site may link to the page: the page holds nothing and cannot be framed.
    if (route === '/' && isPlainNavigation(headers)) {
      next();
      return;
    }
    const fields = readCallerFields(headers);
    const isProbe = PROBES.has(route);
    const isRead = READS.has(method);
    refuseForeignPages(fields);
    if (!isProbe || !isRead) requireOwnPage(fields, `http://${authority}`);
    if (!isProbe && !pagePaths.has(route)) requireOperator(headers.authorization);
    if (!isRead && isFromPage(fields)) session.require(headers[SESSION_HEADER]);
    next();
  });
  done();
});

/** Whether a user follows a link or enters an address. The linking page can read nothing of the answer. */
const isPlainNavigation = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document' &&
  headers['sec-purpose'] === undefined &&
  headers.origin === undefined;

/** Browsers send at least one of these with a request that changes something. Scripts send none and need no session. */
const isFromPage = ({ origin, secFetchSite, referer }: CallerFields): boolean =>
  origin !== undefined || secFetchSite !== undefined || referer !== undefined;

/** Without a key, every user of this machine is the operator on loopback, and nobody is beyond it. */
function createOperatorCheck({ host, key }: GuardOptions['config']): (authorization: string | undefined) => void {
  if (key === undefined && isLoopback(host)) return () => undefined;
  const operators = key === undefined ? [] : [{ name: 'operator', sha256: hashKey(key) }];
  return (authorization) => {
    requireCaller(authorization, operators, KEY_HINT);
  };
}

const KEY_HINT =
  'Send MKIO_PROXY_ADMIN_KEY in the Authorization header, as a Bearer token; beyond loopback nothing but health goes without.';
