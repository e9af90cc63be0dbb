import type { Env } from './layers.ts';

/**
 * Kubernetes injects service addresses as environment variables into every pod. A service named `mkio-proxy` yields
 * MKIO_PROXY_PORT=tcp://10.0.0.1:6546 and others, which are not settings.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function withoutServiceLinks(env: Env): Env {
  const stems = Object.keys(env).flatMap((name) => /^(MKIO\w*)_SERVICE_HOST$/.exec(name)?.[1] ?? []);
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => !stems.some(isLinkOf(name, value))));
}

const isLinkOf =
  (name: string, value = '') =>
  (stem: string): boolean => {
    if (!name.startsWith(`${stem}_`)) return false;
    const rest = name.slice(stem.length);
    return /^_SERVICE_(HOST|PORT)|^_PORT_\d+_(TCP|UDP|SCTP)/.test(rest) || (rest === '_PORT' && value.includes('://'));
  };
