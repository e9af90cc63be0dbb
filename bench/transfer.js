import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { request } from 'node:http';

const CHUNK = Buffer.alloc(64 * 1024, 'mkio');
const PATH = '/api/v1/projects/demo-project/media/backups/x/config';

/**
 * Downloads a file and discards it.
 *
 * @param {string} address
 * @param {number} bytes
 */
export async function download(address, bytes) {
  const ask = request(`${address}${PATH}?size=${bytes}`, { agent: false });
  ask.end();
  const [answer] = await once(ask, 'response');
  let received = 0;
  answer.on('data', (chunk) => (received += chunk.length));
  await once(answer, 'end');
  if (answer.statusCode !== 200 || received !== bytes) throw new Error(`${received} bytes of ${bytes} came`);
}

/**
 * Uploads a file.
 *
 * @param {string} address
 * @param {number} bytes
 */
export async function upload(address, bytes) {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes };
  const send = request(address + PATH, { method: 'PUT', headers, agent: false });
  const answered = once(send, 'response');
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    if (!send.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)))) await once(send, 'drain');
  }
  send.end();
  const [answer] = await answered;
  answer.resume();
  if (answer.statusCode !== 204) throw new Error(`the upload was answered ${answer.statusCode}`);
}
