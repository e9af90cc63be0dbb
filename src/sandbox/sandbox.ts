import { randomUUID } from 'node:crypto';
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { routeAccountFilters } from './account-filters.ts';
import { routeAssets } from './assets.ts';
import { routeBackups } from './backups.ts';
import { parseJsonBody } from './bodies.ts';
import { routeJobs } from './jobs.ts';
import { routeLocations } from './locations.ts';
import { watchMethods } from './methods.ts';
import { routeProjects } from './projects.ts';
import { RateLimiter, type RateLimit } from './rate-limit.ts';
import { notFound, sendError } from './replies.ts';
import { requireRight } from './rights.ts';
import { seed } from './seed.ts';
import { createState, type State } from './state.ts';
import { routeStreamingEndpoints } from './streaming-endpoints.ts';
import { routeStreamingLocators } from './streaming-locators.ts';
import { PROJECT } from './tenant.ts';
import { createSigningKeys, TokenLedger, type MintedToken, type MintOptions, type SigningKeys } from './tokens.ts';
import { routeTransforms } from './transforms.ts';
import { routeUser, routeUserTokens } from './user.ts';
import { routeWebhooks } from './webhooks.ts';

export type { MintedToken, MintOptions, RateLimit };

export interface SandboxOptions {
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; jobs and streaming endpoints move by it. */
  readonly clock?: () => number;
  readonly nextLinks?: 'relative' | 'absolute';
  /** Start of absolute links; default: the sandbox's own origin. */
  readonly publicOrigin?: string;
  readonly rateLimit?: RateLimit;
  /** PEM; serves HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Signs the tokens; default: fresh keys, which take a while to make. */
  readonly keys?: SigningKeys;
  /** Added before every answer. */
  readonly latencyMs?: number;
}

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

export interface Sandbox {
  readonly origin: string;
  /** A full-access token. */
  readonly token: string;
  readonly project: string;
  /** The last requests, newest last. */
  readonly requests: readonly ReceivedRequest[];
  readonly setRateLimit: (limit: RateLimit) => void;
  readonly mintToken: (options?: MintOptions) => Promise<MintedToken>;
  /** False for an unknown token. */
  readonly revoke: (jti: string) => boolean;
  readonly close: () => Promise<void>;
}

const MAX_REQUESTS_KEPT = 1000;
/** 260 characters of up to 4 bytes, percent-encoded. */
const MAX_NAME_LENGTH = 260 * 12;
const MAX_JSON_BYTES = 16 * 1024 * 1024;
const PUBLIC_PATHS = ['/.well-known/jwks.json', '/.well-known/revoked.json', '/api/ready'];

/** Starts a small MK.IO on loopback with its own users, tokens and data. It calls no other host. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, clock = Date.now, latencyMs = 0 } = options;
  const tokens = await TokenLedger.create(clock, options.keys ?? (await createSigningKeys()));
  const { token } = await tokens.mint({ description: 'local proxy' });
  const state = createState(clock, tokens);
  await seed(state);

  const requests: ReceivedRequest[] = [];
  const limiter = new RateLimiter(options.rateLimit ?? 'off');
  const app = createServer(options, (request) => keep(requests, request));

  app.addHook('onRequest', async ({ url, method, headers, params, routeOptions }) => {
    if (latencyMs > 0) await setTimeout(latencyMs);
    if (PUBLIC_PATHS.includes(url.split('?', 1)[0] ?? '')) return;
    const record = await tokens.authenticate(headers.authorization);
    limiter.admit();
    const { project = PROJECT.name } = params as { project?: string };
    if (project !== PROJECT.name) throw notFound('Project', project);
    requireRight(record, { method, url: routeOptions.url });
  });
  const refuseOtherMethods = watchMethods(app);
  await mount(app, state, '', [routePublic]);
  await mount(app, state, '/api/v1', [routeUser, routeUserTokens, routeProjects, routeLocations]);
  await mount(app, state, '/api/v1/projects/:project', [
    routeAssets,
    routeTransforms,
    routeJobs,
    routeStreamingEndpoints,
    routeStreamingLocators,
    routeAccountFilters,
    routeWebhooks,
  ]);
  // In a scope of its own, because its bodies are streams.
  await mount(app, state, '/api/v1/projects/:project', [routeBackups]);
  refuseOtherMethods();

  await app.listen({ host, port });
  const origin = originOf(app, options);
  if (options.nextLinks === 'absolute') state.linkOrigin = options.publicOrigin ?? origin;
  return {
    origin,
    token,
    project: PROJECT.name,
    requests,
    setRateLimit: (limit) => limiter.set(limit),
    mintToken: async (mintOptions) => await tokens.mint(mintOptions),
    revoke: (jti) => tokens.revoke(jti),
    close: async () => await app.close(),
  };
}

function createServer({ tls }: SandboxOptions, received: (request: IncomingMessage) => void): FastifyInstance {
  const run = randomUUID().slice(0, 8);
  let count = 0;
  const app = fastify({
    serverFactory: (handler) => {
      const listener: RequestListener = (request, response) => {
        received(request);
        handler(request, response);
      };
      return tls ? https.createServer(tls, listener) : http.createServer(listener);
    },
    // MK.IO's `ref`, which its support asks for.
    genReqId: () => `${run}-${String(++count).padStart(4, '0')}`,
    routerOptions: { maxParamLength: MAX_NAME_LENGTH },
    bodyLimit: MAX_JSON_BYTES,
    forceCloseConnections: true,
    frameworkErrors: sendError,
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request) => {
    throw notFound('Path', request.url);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, parseJsonBody);
  return app;
}

type Routes = (api: FastifyInstance, state: State) => void;

async function mount(app: FastifyInstance, state: State, prefix: string, families: readonly Routes[]): Promise<void> {
  const plugin = (api: FastifyInstance, _options: unknown, done: () => void) => {
    for (const route of families) route(api, state);
    done();
  };
  await app.register(plugin, { prefix });
}

function routePublic(api: FastifyInstance, { tokens }: State): void {
  api.get('/.well-known/jwks.json', () => tokens.jwks);
  api.get('/.well-known/revoked.json', () => ({ revokedTokens: tokens.revokedIds() }));
  api.get('/api/ready', (_request, reply) => reply.send());
}

function keep(requests: ReceivedRequest[], { method = '', url = '', headers, rawHeaders }: IncomingMessage): void {
  requests.push({ method, url, headers, rawHeaders });
  if (requests.length > MAX_REQUESTS_KEPT) requests.shift();
}

function originOf(app: FastifyInstance, { tls }: SandboxOptions): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
