import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Flags } from '../config/layers.ts';
import { asProxyError } from '../errors.ts';
import { renderLoosenings } from '../policy/loosenings.ts';
import type { ProxyHandle } from '../server.ts';
import type { Redact } from '../traffic/redact.ts';
import { renderSettings } from './about.ts';
import { loadOwnPolicy } from './own-settings.ts';

export interface PolicyWorlds {
  readonly proxy: Pick<ProxyHandle, 'policy' | 'replacePolicy'>;
  /** Whether `.env` has settings of this process. */
  readonly hasDotenv: boolean;
  readonly redact: Redact;
  readonly log: Logger;
}

/** Reads again what callers may do. Where that cannot be read, the policy in force stays, and the log says why. */
export function reloadPolicy(flags: Flags, { proxy, hasDotenv, redact, log }: PolicyWorlds): void {
  try {
    const { policy, settings } = loadOwnPolicy(flags, hasDotenv);
    const changed = !isDeepStrictEqual(policy, proxy.policy());
    proxy.replacePolicy(policy, renderSettings(settings, redact));
    log.info({ event: 'policy', changed }, 'the policy was read again');
    if (!changed) return;
    const origins = { policy: settings.policy.origin, policyAllow: settings.policyAllow.origin };
    for (const warning of renderLoosenings(policy, origins)) log.warn({ event: 'setting' }, warning);
  } catch (error) {
    const { code, message } = asProxyError(error);
    log.error(
      { event: 'policy', code, reason: redact(message) },
      'the policy could not be read again; the old one stays',
    );
  }
}
