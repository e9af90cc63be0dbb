import { createServer } from 'node:http';
import process from 'node:process';
import { Pool } from 'undici';
import { listen } from '../listen.js';
import { reportSelf } from '../self-report.js';
import { TOKEN } from '../token.js';

/** The lower bound for Node: its HTTP server and undici's `dispatch`, without guards and log. */
const [origin] = process.argv.slice(2);
const pool = new Pool(origin, { connections: 256, pipelining: 1 });
const NOT_FORWARDED = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);

const server = createServer((request, response) => {
  const headers = ['authorization', `Bearer ${TOKEN}`];
  for (const name in request.headers) {
    if (!NOT_FORWARDED.has(name)) headers.push(name, request.headers[name]);
  }
  const body = request.method === 'GET' ? null : request;
  pool.dispatch({ method: request.method, path: request.url, headers, body }, createHandler(response));
});

function createHandler(response) {
  return {
    onRequestStart: (controller) => {
      response.on('close', () => {
        if (!response.writableFinished) controller.abort(new Error('the caller left'));
      });
    },
    onResponseStart: (_, status, fields) => void response.writeHead(status, fields),
    onResponseData: (controller, chunk) => {
      if (response.write(chunk)) return;
      controller.pause();
      response.once('drain', () => controller.resume());
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  };
}

reportSelf(await listen(server));
