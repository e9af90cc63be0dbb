import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ENCODINGS } from './encodings.ts';
import type { TestUpstream } from '../upstream.ts';
import { startUpstream } from '../upstream.ts';

type Echo = (response: ServerResponse, text: string) => void;

const TYPES = [
  'application/json',
  'application/problem+json',
  'application/xml',
  'application/yaml',
  'application/x-www-form-urlencoded',
  'application/vnd.nobody-knows',
  'message/http',
  'multipart/mixed; boundary=b',
  'text/html; charset=utf-8',
  'text/plain',
];
const ofType = (type: string | undefined, status: number): [string, Echo] => [
  `body-${status}-${type?.split(';')[0]?.replace('/', '-') ?? 'untyped'}`,
  (response, text) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(text);
  },
];
const packed = (coding: string, type: string, pack: (text: string) => Buffer): [string, Echo] => [
  `${coding}-${type}`,
  (response, text) => {
    const body = pack(text);
    const headers = { 'content-type': type, 'content-encoding': coding, 'content-length': body.length };
    response.writeHead(200, headers).end(body);
  },
];

/** Places where an upstream may echo the token; the name is the last segment of the path. */
export const ECHOES: Readonly<Record<string, Echo>> = Object.fromEntries([
  ...[...TYPES, undefined].flatMap((type) => [200, 401].map((status) => ofType(type, status))),
  packed('gzip', 'application/json', (text) => gzipSync(text)),
  packed('gzip', 'text/plain', (text) => gzipSync(text)),
  packed('br', 'text/html', (text) => brotliCompressSync(text)),
  [
    'header',
    (response, text) => response.writeHead(200, { 'x-echo': text, 'www-authenticate': `Bearer ${text}` }).end(),
  ],
  ['redirect', (response, text) => response.writeHead(302, { location: `https://login.example/?t=${text}` }).end()],
  ['reason', (response, text) => response.writeHead(500, text).end()],
  ['cookie', (response, text) => response.writeHead(200, { 'set-cookie': `session=${text}` }).end()],
  [
    'trailer',
    (response, text) => {
      response.writeHead(200, { trailer: 'x-echo', 'content-type': 'text/plain' });
      response.addTrailers({ 'x-echo': text });
      response.end('ok');
    },
  ],
  [
    'hint',
    (response, text) => {
      response.writeEarlyHints({ link: `</x?t=${text}>; rel=preload` });
      response.end();
    },
  ],
  [
    'chunks',
    (response, text) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (const part of text.match(/[^]{1,7}/g) ?? []) response.write(part);
      response.end();
    },
  ],
  [
    'cut',
    (response, text) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 10_000 });
      response.write(text.slice(0, -9), () => response.destroy());
    },
  ],
] as [string, Echo][]);

/** Answers `/api/v1/echo/<encoding's number>/<place>` with the received token. */
function echo({ url = '', headers }: IncomingMessage, response: ServerResponse): boolean {
  const [, number, place = ''] = /^\/api\/v1\/echo\/(\d+)\/([\w.-]+)$/.exec(url) ?? [];
  const encode = Object.values(ENCODINGS)[Number(number)];
  if (encode === undefined) return false;
  const token = headers.authorization?.replace('Bearer ', '') ?? '';
  ECHOES[place]?.(response, encode(token));
  return true;
}

/** Answers by `answer`, except for echo requests. */
export const startEchoUpstream = (
  answer = (_: IncomingMessage, response: ServerResponse): void => void response.end('{"ok":true}'),
): Promise<TestUpstream> =>
  startUpstream((request, response) => {
    if (!echo(request, response)) answer(request, response);
  });

const PUBLIC = /^\/(?:\.well-known\/|api\/ready$)/;

/** The credentials of every request, as name and value. Public paths are included only if they had credentials. */
export const readCredentials = ({ seen }: TestUpstream): string[][] =>
  seen.flatMap(({ url, rawHeaders }) => {
    const sent = rawHeaders.filter((_, i) => /authorization|cookie|token/i.test(rawHeaders[i - (i % 2)] ?? ''));
    if (!PUBLIC.test(url)) return [sent];
    return sent.length === 0 ? [] : [[url, ...sent]];
  });
