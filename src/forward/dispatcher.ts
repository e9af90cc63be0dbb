import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Client, Pool } from 'undici';
import type { buildConnector, Dispatcher } from 'undici';
import type { UpstreamConfig } from '../config/config.ts';
import type { TokenStore } from '../token/store.ts';
import { allowUnaskedContinue } from './unasked-continue.ts';

/** One request to the upstream, which has only one origin. */
export interface UpstreamRequest {
  readonly method: string;
  /** Raw path and query. */
  readonly path: string;
  readonly fields: readonly string[];
  readonly body: AsyncIterable<Buffer> | null;
  /** Whether to open a new connection for this request. */
  readonly fresh: boolean;
  /** Called with the request's connection before it is sent. */
  readonly onConnection: (connection: UpstreamConnection) => void;
}

export interface UpstreamConnection {
  /** The open socket; undefined if one must be opened first. */
  readonly socket: Socket | undefined;
}

/** After a 401: asks for a token other than the one sent; see `TokenStore.renew`. */
export type Renew = () => ReturnType<TokenStore['renew']>;

export interface Upstream {
  readonly dispatch: (request: UpstreamRequest, handler: Dispatcher.DispatchHandler) => Renew;
  /** Reads a public document of MK.IO, without the token. */
  readonly readPublic: (path: string) => Promise<PublicAnswer>;
  /** Number of open connections. */
  readonly connections: () => number;
  /** Ends all connections at once. */
  readonly destroy: () => Promise<void>;
}

export interface PublicAnswer {
  readonly status: number;
  /** The answer's `Date`, as received. */
  readonly date: string | undefined;
  /** The body of a 200; empty for other statuses. */
  readonly text: string;
}

export interface UpstreamOptions {
  readonly config: UpstreamConfig;
  readonly maxConnections: number;
  readonly token: Pick<TokenStore, 'current' | 'renew'>;
}

// Below common idle limits of load balancers (60 s and more). The upstream's `Keep-Alive` hint overrides it.
const KEEP_ALIVE_MS = 30_000;
const MAX_PUBLIC_BYTES = 16 * 1024 * 1024;
const PUBLIC_LIMIT_MS = 60_000;

type OwnOptions = Dispatcher.DispatchOptions & Partial<Pick<UpstreamRequest, 'onConnection'>>;

/** The only way to the upstream: a pool for one origin, over verified TLS, that adds the token last. */
export function createUpstream({ config, maxConnections, token }: UpstreamOptions): Upstream {
  const options = {
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot expose the token.
    connect: { rejectUnauthorized: true, timeout: config.connectTimeoutMs },
    connections: maxConnections,
    factory: (origin: URL, ofPool: Client.Options) => new Connection(origin, ofPool),
    headersTimeout: config.headersTimeoutMs,
    bodyTimeout: config.idleTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const pool = new Pool(config.origin, { ...options, pipelining: 1 });
  const keepNone = new Pool(config.origin, { ...options, pipelining: 0 });

  return {
    dispatch: ({ method, path, fields, body, fresh, onConnection }, handler) => {
      const used = token.current();
      const dispatched: OwnOptions = {
        method: method,
        path,
        headers: [...fields, 'authorization', `Bearer ${used}`],
        // undici accepts any async iterable; its types allow only streams.
        body: body as Readable | null,
        onConnection,
      };
      (fresh ? keepNone : pool).dispatch(dispatched, handler);
      return () => token.renew(used);
    },
    readPublic: async (path) => {
      const signal = AbortSignal.timeout(PUBLIC_LIMIT_MS);
      const { statusCode: status, headers, body } = await keepNone.request({ method: 'GET', path, signal });
      const date = typeof headers.date === 'string' ? headers.date : undefined;
      let text = '';
      for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
        if (status !== 200) break;
        text += chunk;
        if (text.length > MAX_PUBLIC_BYTES) throw new Error(`${path} is larger than ${MAX_PUBLIC_BYTES} bytes`);
      }
      return { status, date, text };
    },
    connections: () => pool.stats.connected + keepNone.stats.connected,
    destroy: async () => {
      await Promise.all([pool.destroy(), keepNone.destroy()]);
    },
  };
}

/** A client of the pool is one connection. This one reveals itself to its requests. */
class Connection extends Client implements UpstreamConnection {
  #socket: Socket | undefined;

  constructor(origin: URL, options: Client.Options) {
    const connect = options.connect as buildConnector.connector;
    super(origin, {
      ...options,
      connect: (target, callback) => {
        connect(target, (...outcome) => {
          this.#socket = outcome[1] ?? undefined;
          this.#socket?.prependListener('error', disguiseReset);
          callback(...outcome);
          if (this.#socket !== undefined) allowUnaskedContinue(this.#socket);
        });
      },
    });
  }

  get socket(): Socket | undefined {
    return this.#socket?.destroyed === false ? this.#socket : undefined;
  }

  override dispatch(options: OwnOptions, handler: Dispatcher.DispatchHandler): boolean {
    options.onConnection?.(this);
    return super.dispatch(options, handler);
  }
}

/**
 * On ECONNRESET undici treats an answer that ends with its connection as complete, and asserts, out of reach of any
 * handler, that it is not paused. With another code it reports an ordinary error.
 */
function disguiseReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = 'UND_ERR_SOCKET';
}
