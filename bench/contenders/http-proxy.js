import process from 'node:process';
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { reportSelf } from '../self-report.js';
import { TOKEN } from '../token.js';

/** Fastify and @fastify/http-proxy as documented: no guards, no rewriting. */
const [origin, log] = process.argv.slice(2);
const app = fastify({ logger: log !== 'without-log' });
app.register(httpProxy, {
  upstream: origin,
  replyOptions: {
    rewriteRequestHeaders: (_request, headers) => ({ ...headers, authorization: `Bearer ${TOKEN}` }),
  },
});

reportSelf(await app.listen({ host: '127.0.0.1', port: 0 }));
