import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { ProxyError, renderError } from '../errors.ts';
import { READS } from '../http/methods.ts';
import type { Target } from '../policy/target.ts';
import { PAGE_HEADERS, renderNavigationPage } from './navigation-page.ts';

export interface NavigationOptions {
  /** Whether a navigation without a page of this proxy behind it makes the call at once. */
  readonly passes: boolean;
  /** Address of the inspector; undefined without an admin listener. */
  readonly inspector: () => string | undefined;
  readonly maskTokens: (text: string) => string;
}

/**
 * Answers top-level navigations with a page that has a link to the call. Scripts can navigate so that the request looks like
 * a typed address, e.g. by a login of FedCM. A click on the link comes from a page of this proxy.
 */
export const navigation = fp<NavigationOptions>((app: FastifyInstance, { passes, inspector, maskTokens }, done) => {
  app.addHook('onRequest', (request, reply, next) => {
    const { method, headers, target, exchange } = request;
    if (passes || target === undefined || exchange?.start.replay !== undefined || !isNavigation(headers, target)) {
      next();
      return;
    }
    if (!READS.has(method)) throw new ProxyError('ORIGIN_REFUSED', 'A web page of another origin caused this request.');
    const error = new ProxyError('NAVIGATION_REFUSED', 'The call needs a click on the page that the proxy shows.');
    const { status, headers: fields } = renderError(error, request.id);
    const body = maskTokens(renderNavigationPage({ method, target, inspector: inspector() }));
    const shown = {
      status,
      body,
      headers: { ...fields, ...PAGE_HEADERS, 'content-length': `${Buffer.byteLength(body)}` },
    };
    exchange?.answerByItself(error, shown);
    void reply.code(status).headers(shown.headers).send(body);
  });
  done();
});

/** Beyond loopback, browsers send no fetch metadata over plain HTTP, but `Upgrade-Insecure-Requests` with navigations. */
function isNavigation(headers: IncomingHttpHeaders, { authority }: Target): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'none';
  if (headers['upgrade-insecure-requests'] === undefined) return false;
  return headers.origin === undefined && /^https?:\/\/([^/]*)/.exec(headers.referer ?? '')?.[1] !== authority;
}
