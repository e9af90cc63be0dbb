import pino from 'pino';
import type { Statusz } from '../../src/admin/statusz.ts';
import { createAdmin } from '../../src/admin/admin.ts';
import { DESTINATIONS, LANGUAGE_NAMES } from '../../src/admin/snippet.ts';
import { decodeRecord, encodeRecord } from '../../src/traffic/record-text.ts';
import { createRing } from '../../src/traffic/ring.ts';
import { createFixedStore } from './token.ts';

/** What can be read from the admin listener, from its own table of routes, so that a new one is walked too. */
export const readAdminPaths = (): string[] =>
  readAdminRoutes().flatMap((route) => (route.startsWith('GET ') ? [route.slice('GET '.length)] : []));

/** Every endpoint, e.g. `GET /livez`. */
export function readAdminRoutes(): string[] {
  const config = { host: '127.0.0.1', port: 0, key: undefined };
  const upstream = { origin: '', bearer: undefined, socketPath: undefined };
  const above: string[] = [];
  const tree = createAdmin({
    config,
    allowedHosts: [],
    isDraining: () => false,
    readStatus: () => ({}) as Statusz,
    createMetrics: () => Promise.reject(new Error('unused')),
    token: createFixedStore('unused'),
    redact: (text) => text,
    log: pino({ level: 'silent' }),
    replay: {
      listener: { replay: () => Promise.reject(new Error('unused')) },
      mayReplay: false,
      isForwarded: () => false,
    },
    snippet: { readProxy: () => upstream, upstream, isForwarded: () => false },
    traffic: {
      capture: 'off',
      maxExchanges: 1,
      run: 'run',
      readOrigin: () => '',
      ring: createRing({ maxCount: 1, maxBytes: 1, encode: encodeRecord, decode: decodeRecord }),
    },
  }).printRoutes();
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?/.exec(line) ?? [];
    if (part === undefined) return [];
    above.splice(indent.length / 4, Infinity, part);
    const names = methods?.split(', ').filter((method) => method !== 'HEAD') ?? [];
    return names.map((method) => `${method} ${above.join('')}`);
  });
}

/** A snippet in every form. */
const withChoices = (path: string): string[] =>
  path.endsWith('/snippet')
    ? LANGUAGE_NAMES.flatMap((name) => DESTINATIONS.map((to) => `${path}?as=${name}&to=${to}`))
    : [path];

interface Listed {
  readonly exchanges?: readonly { readonly id: string }[];
}

/** Asks each, with every exchange that is kept, and one that is not there, without a key and with each of `keys`. */
export async function askAdmin(
  admin: string | undefined,
  keys: readonly string[],
  collect: (name: string, text: string) => void,
): Promise<void> {
  if (admin === undefined) return;
  for (const key of [undefined, ...keys]) {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const { exchanges = [] } = (await (await fetch(`${admin}/exchanges?limit=1000`, { headers })).json()) as Listed;
    const ids = [...exchanges.map(({ id }) => id), keys.join()];
    const paths = readAdminPaths()
      .flatMap(withChoices)
      .flatMap((path) =>
        path.includes(':id') ? ids.map((id) => path.replace(':id', encodeURIComponent(id))) : [path],
      );
    const wrong = `?filter=${encodeURIComponent(`${keys.join()}:x`)}`;
    const others = [`/exchanges${wrong}`, `/events${wrong}`, '/nothing', `/nothing?token=${keys.join()}`];
    const ask = async (path: string): Promise<void> => {
      const answer = await fetch(admin + (path === '/events' ? '/events?after=earlier.0' : path), { headers });
      const isLive = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
      const text = isLive ? await readEvents(answer, exchanges.length) : await answer.text();
      collect(`admin ${path}`, `${JSON.stringify([...answer.headers])}\n${text}`);
    };
    await Promise.all([...paths, ...others].map(ask));
  }
}

/** The states and the first exchanges of a stream that does not end by itself. */
async function readEvents({ body }: Response, exchanges: number): Promise<string> {
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.split('event: exchange\n').length > exchanges && text.includes('event: readiness\n')) break;
  }
  return text;
}
