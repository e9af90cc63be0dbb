import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { SocketConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';

/**
 * Listens on a Unix socket whose mode is set before it is visible: it is created in a private folder and renamed to its
 * path, replacing a stale socket.
 *
 * @param listen listens at the given path
 * @throws ProxyError LISTEN_FAILED if another process listens there, or the file is not a socket
 */
export async function listenOnSocket(
  { path, mode }: SocketConfig,
  listen: (path: string) => Promise<unknown>,
): Promise<void> {
  await requireFree(path);
  const folder = mkdtempSync(join(dirname(path), '.mkio-'));
  try {
    const made = join(folder, 's');
    await listen(made);
    chmodSync(made, mode);
    renameSync(made, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function requireFree(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw taken(path, 'something else than a socket stands there');
  if (await isLive(path)) throw taken(path, 'another process listens there');
}

function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    // Only ECONNREFUSED proves that no process listens; a socket without permission is left alone.
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

const taken = (path: string, reason: string): ProxyError =>
  new ProxyError('LISTEN_FAILED', `Can't listen on ${path}: ${reason}.`, {
    hint: 'Choose another MKIO_PROXY_SOCKET, or stop or remove what is there.',
  });
