import pino from 'pino';
import { createAdmin } from '../../src/admin/admin.ts';
import { createFixedStore } from './token.ts';

/** Every endpoint of the admin listener, from its own table of routes, so that a new one is walked too. */
export function readAdminPaths(): string[] {
  const config = { host: '127.0.0.1', port: 0, key: undefined };
  const above: string[] = [];
  const tree = createAdmin({
    config,
    allowedHosts: [],
    isDraining: () => false,
    token: createFixedStore('unused'),
    log: pino({ level: 'silent' }),
  }).printRoutes();
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part, methods] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?/.exec(line) ?? [];
    if (part === undefined) return [];
    above.splice(indent.length / 4, Infinity, part);
    return methods?.includes('GET') === true ? [above.join('')] : [];
  });
}

/** Asks each, and one that is not there, without a key and with each of `keys`. */
export async function askAdmin(
  admin: string | undefined,
  keys: readonly string[],
  collect: (name: string, text: string) => void,
): Promise<void> {
  if (admin === undefined) return;
  for (const path of [...readAdminPaths(), '/nothing', `/nothing?token=${keys.join()}`]) {
    for (const key of [undefined, ...keys]) {
      const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
      const answer = await fetch(admin + path, { headers });
      collect(`admin ${path}`, `${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
    }
  }
}
