import { once } from 'node:events';

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<string>} its address on a free port of the loopback interface
 */
export async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}
