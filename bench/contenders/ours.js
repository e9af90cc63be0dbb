import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { reportSelf } from '../self-report.js';
import { TOKEN } from '../token.js';

/** The built program, as `mkio-proxy start` runs it: its defaults, all guards, link rewriting, its own JSON log. */
const [origin, dist, capture] = process.argv.slice(2);
const port = await findFreePort();
Object.assign(process.env, {
  MKIO_BASE_URL: origin,
  MKIO_TOKEN: TOKEN,
  MKIO_PROXY_PORT: String(port),
  MKIO_PROXY_ADMIN_PORT: '0',
  LOG_FORMAT: 'json',
  ...(capture !== undefined && { MKIO_PROXY_CAPTURE: capture }),
});
// No .env of the developer.
process.chdir(import.meta.dirname);
const main = `${dist}/cli/main.js`;
process.argv = [process.execPath, main, 'start'];
await import(pathToFileURL(main).href);
await untilListening(port);
reportSelf(`http://127.0.0.1:${port}`);

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function untilListening(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } catch {
    await setTimeout(20);
    await untilListening(port);
  } finally {
    socket.destroy();
  }
}
