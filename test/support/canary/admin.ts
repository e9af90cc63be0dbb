import type { ShownProxy } from '../../../src/admin/app.ts';
import { createAdminApp } from '../../../src/admin/app.ts';
import { DESTINATIONS, LANGUAGE_NAMES } from '../../../src/admin/snippet.ts';
import { createFixedStore } from '../token.ts';

/** Every readable path, from the routes of the admin listener itself, so that new ones are covered. */
export const readAdminPaths = async (): Promise<string[]> =>
  (await readAdminRoutes()).flatMap((route) => (route.startsWith('GET ') ? [route.slice('GET '.length)] : []));

/** Every endpoint, e.g. `GET /livez`. */
export async function readAdminRoutes(): Promise<string[]> {
  const config = { host: '127.0.0.1', port: 0, key: undefined, mayQuit: false };
  const above: string[] = [];
  const app = await createAdminApp(config, SHOWN);
  const tree = app.printRoutes();
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?/.exec(line) ?? [];
    if (part === undefined) return [];
    above.splice(indent.length / 4, Infinity, part);
    const names = methods?.split(', ').filter((method) => method !== 'HEAD') ?? [];
    return names.map((method) => `${method} ${above.join('')}`);
  });
}

/** Stubs for the registration of the routes; no request reaches them. */
const SHOWN = {
  config: {
    upstream: { origin: '' },
    listener: { socket: { path: 'unused' }, maxHeaderBytes: 16_384 },
    access: { allowedHosts: [] },
    capture: { mode: 'off', maxExchanges: 1 },
  },
  app: { server: { address: () => null } },
  secrets: {},
  token: createFixedStore('unused'),
  policy: {},
  upstream: {},
  state: { about: { version: '1.2.3' }, isDraining: false },
} as unknown as ShownProxy;

const SNIPPET_FORMS = LANGUAGE_NAMES.flatMap((name) => DESTINATIONS.map((to) => `?as=${name}&to=${to}`));

/** The path for each exchange. Snippets: in every form, or for many exchanges, one form each in turn. */
function withIds(path: string, ids: readonly string[]): string[] {
  if (!path.includes(':id')) return [path];
  const paths = ids.map((id) => path.replace(':id', encodeURIComponent(id)));
  if (!path.endsWith('/snippet')) return paths;
  const areMany = ids.length > SNIPPET_FORMS.length;
  return paths.flatMap((one, index) =>
    SNIPPET_FORMS.filter((_, form) => !areMany || form === index % SNIPPET_FORMS.length).map((form) => one + form),
  );
}

/** More concurrent connections than the listener's backlog would wait for seconds. */
const AT_ONCE = 50;

interface Listed {
  readonly exchanges?: readonly { readonly id: string }[];
}

/** Reads each path for every exchange and for an unknown one, without a key and with each of `keys`. */
export async function askAdmin(
  admin: string | undefined,
  keys: readonly string[],
  collect: (name: string, text: string) => void,
): Promise<void> {
  if (admin === undefined) return;
  let areSeen = false;
  for (const key of [undefined, ...keys]) {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const { exchanges = [] } = (await (await fetch(`${admin}/exchanges?limit=1000`, { headers })).json()) as Listed;
    // Other keys, or no key, show the same content: one exchange is enough for them.
    const shown = areSeen ? exchanges.slice(0, 1) : exchanges;
    areSeen ||= exchanges.length > 0;
    const ids = [...shown.map(({ id }) => id), keys.join()];
    const paths = (await readAdminPaths()).flatMap((path) => withIds(path, ids));
    const wrong = `?filter=${encodeURIComponent(`${keys.join()}:x`)}`;
    const others = [`/exchanges${wrong}`, `/events${wrong}`, '/nothing', `/nothing?token=${keys.join()}`];
    const ask = async (path: string): Promise<void> => {
      const answer = await fetch(admin + (path === '/events' ? '/events?after=earlier.0' : path), { headers });
      const isLive = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
      const text = isLive ? await readEvents(answer, exchanges.length) : await answer.text();
      collect(`admin ${path}`, `${JSON.stringify([...answer.headers])}\n${text}`);
    };
    const all = [...paths, ...others];
    while (all.length > 0) await Promise.all(all.splice(0, AT_ONCE).map(ask));
  }
}

/** The states and first exchanges of an endless stream. */
async function readEvents({ body }: Response, exchanges: number): Promise<string> {
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.split('event: exchange\n').length > exchanges && text.includes('event: readiness\n')) break;
  }
  return text;
}
