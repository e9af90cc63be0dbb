import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { AccessConfig } from '../config/config.ts';
import type { Address } from '../http/address.ts';
import { readHosts, resolveAddress } from '../http/address.ts';
import { createAccess, readCallerFields } from './access.ts';
import { requireCaller } from './callers.ts';
import { isPreflight, renderCors, renderPreflight } from './cors.ts';
import type { ReadCallers } from './keys-file.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The authority, path and query that the caller asked for; undefined until they were read. */
    address: Address | undefined;
    /** Name of the caller key, or `operator` for a replay; undefined if no key is required. */
    callerName: string | undefined;
  }
}

export interface AccessPluginOptions {
  /** Name or address that the listener is bound to. */
  readonly host: string;
  readonly access: AccessConfig;
  /** Whether a request header field of this lower-case name goes upstream. */
  readonly isForwarded: (name: string) => boolean;
  readonly readCallers: ReadCallers;
}

/** The caller name of a replay. Only the admin listener can announce one. */
const OPERATOR = 'operator';

/** Decides who may call: Host, Origin and Fetch Metadata, then the caller key. Answers preflights. */
export const access = fp<AccessPluginOptions>((app: FastifyInstance, options, done) => {
  const { host, access, isForwarded, readCallers } = options;
  const { requireOwnHost, refuseForeignPages } = createAccess({ host, ...access });
  app.decorateRequest('address');
  app.decorateRequest('callerName');

  app.addHook('onRequest', (request, reply, next) => {
    const { raw, method, headers } = request;
    const address = resolveAddress({ url: request.originalUrl, hosts: readHosts(raw.rawHeaders) });
    requireOwnHost(address.authority);
    refuseForeignPages(readCallerFields(headers));
    if (headers.origin !== undefined) {
      void reply.headers(renderCors(headers.origin));
      if (isPreflight(method, headers)) {
        request.exchange?.answerPreflight();
        void reply.code(204).headers(renderPreflight(headers, isForwarded)).send();
        return;
      }
    }
    if (request.exchange?.start.replay !== undefined) request.callerName = OPERATOR;
    else if (readCallers !== undefined) request.callerName = requireCaller(headers.authorization, readCallers());
    request.address = address;
    next();
  });
  done();
});
