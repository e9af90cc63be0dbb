import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyPluginCallback } from 'fastify';

/** The build output, seen from src/admin, dist/admin and dist/cli alike. */
const BUILT = new URL('../../dist/page/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page shows text of others: only its own files run, and they talk only to this listener. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const DOCUMENT = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  // The opener of this page gets no reference to it.
  'cross-origin-opener-policy': 'same-origin',
};
/** The build puts a hash of the content into each name. */
const ASSET = { 'cache-control': 'public, max-age=31536000, immutable' };

interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** Files of the page, by path. */
export type Page = ReadonlyMap<string, PageFile>;

/** Serves the inspector page: static files, which hold nothing of callers or MK.IO. */
export const pageRoutes: FastifyPluginCallback<{ readonly page: Page }> = (app, { page }, done) => {
  for (const [path, { type, content }] of page) {
    const headers = path === '/' ? DOCUMENT : ASSET;
    app.get(path, (_request, reply) => reply.headers(headers).type(type).send(content));
  }
  done();
};

/** Empty if the page has not been built. */
export function readPage(): Page {
  if (!existsSync(BUILT)) return new Map();
  const names = readdirSync(BUILT, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      return [[name === 'index.html' ? '/' : `/${name}`, { type, content: readFileSync(new URL(name, BUILT)) }]];
    }),
  );
}
