import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** The same for the built program, its bundle and the sources: the folder that the last build filled. */
const BUILT = new URL('../../dist/page/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Only what is built into the page runs, and it talks to this listener alone. What it shows, others wrote. */
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
  // A page that opened this one has no hold on it.
  'cross-origin-opener-policy': 'same-origin',
};
/** Their names change with what is in them. */
const ASSET = { 'cache-control': 'public, max-age=31536000, immutable' };

/**
 * The inspector page: a few files that hold nothing of anybody, read once.
 *
 * @returns their paths, which are served without a key
 */
export function servePage(app: FastifyInstance): ReadonlySet<string> {
  const files = readPage();
  for (const [path, { type, content }] of files) {
    const headers = path === '/' ? DOCUMENT : ASSET;
    app.get(path, (_, reply) => reply.headers(headers).type(type).send(content));
  }
  return new Set(files.keys());
}

/** Whether a user goes to a page, by a link or an address: what has led there gets nothing of it. */
export const isPlainNavigation = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document' &&
  headers['sec-purpose'] === undefined &&
  headers.origin === undefined;

interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** By path; empty where the page has not been built. */
function readPage(): ReadonlyMap<string, PageFile> {
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
