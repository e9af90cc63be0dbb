import { readOperations } from './catalogue.ts';
import type { Asked } from './patterns.ts';

const PLAIN = /^[\w\-.~]+$/;

/** The narrowest setting that allows the request: `MKIO_PROXY_POLICY_ALLOW='DELETE /user/tokens/*'`. */
export function renderOpening(asked: Asked): string {
  const method = asked.method === 'HEAD' ? 'GET' : asked.method;
  const path = readTemplate(asked) ?? readPlainPath(asked);
  return path === undefined
    ? 'MKIO_PROXY_POLICY_ALLOW'
    : `MKIO_PROXY_POLICY_ALLOW='${method} ${path.replace(/^\/api\/v1(?=\/)/, '')}'`;
}

function readTemplate(asked: Asked): string | undefined {
  const [operation, ...others] = readOperations(asked);
  return others.length > 0 ? undefined : operation?.template.replace(/\{\w+\}/g, '*').replace(/\/$/, '');
}

function readPlainPath({ exact: [path, ...others] }: Asked): string | undefined {
  return path !== undefined && others.length === 0 && path.every((segment) => PLAIN.test(segment))
    ? `/${path.join('/')}`
    : undefined;
}
