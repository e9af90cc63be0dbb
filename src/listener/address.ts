import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ListenerConfig, SocketConfig } from '../config/config.ts';
import { ProxyError, readReason } from '../errors.ts';
import { isWildcard } from '../http/hosts.ts';
import { listenOnSocket } from './socket.ts';

type Place = Pick<ListenerConfig, 'host' | 'port'> & { readonly socket?: SocketConfig | undefined };

/**
 * Starts to listen and returns the address: `http://127.0.0.1:6546`, or `unix:` and a path.
 *
 * @throws ProxyError LISTEN_FAILED
 */
export async function listen(app: FastifyInstance, { host, port, socket }: Place): Promise<string> {
  const place = socket?.path ?? `${host} port ${port}`;
  try {
    if (socket === undefined) await app.listen({ host, port });
    else await listenOnSocket(socket, (path) => app.listen({ path }));
  } catch (error) {
    if (error instanceof ProxyError) throw error;
    throw new ProxyError('LISTEN_FAILED', `Can't listen on ${place}: ${readReason(error)}.`, { cause: error });
  }
  return readAddress(app, { socket });
}

export const readAddress = (app: FastifyInstance, { socket }: Pick<Place, 'socket'>): string =>
  socket === undefined ? readOrigin(app) : `unix:${socket.path}`;

/** The origin for a caller; on a Unix socket any host name works. */
export function readOrigin({ server }: FastifyInstance): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return 'http://localhost';
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** A URL with a host name that the proxy accepts, even if it listens on every interface. */
export function readCallersOrigin(app: FastifyInstance): string {
  const { protocol, hostname, port } = new URL(readOrigin(app));
  return isWildcard(hostname) ? `${protocol}//localhost:${port}` : readOrigin(app);
}

/** The address at which this process reaches its own listener. */
export function readOwnPlace(
  { server }: FastifyInstance,
  { socket }: Pick<Place, 'socket'>,
): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  if (socket !== undefined) return { socketPath: socket.path };
  const { address, family, port } = server.address() as AddressInfo;
  const host = isWildcard(address) ? (family === 'IPv6' ? '::1' : '127.0.0.1') : address;
  return { host, port };
}
