import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Flags } from '../config/layers.ts';
import type { Settings } from '../config/resolve.ts';
import { asProxyError } from '../errors.ts';
import { renderLoosenings } from '../policy/loosenings.ts';
import type { ProxyHandle } from '../server.ts';
import type { Redact } from '../secrets/redact.ts';
import { renderSettings } from './about.ts';
import { loadOwnPolicy } from './own-settings.ts';

export interface PolicyReloadOptions {
  readonly proxy: Pick<ProxyHandle, 'policy' | 'replacePolicy'>;
  /** Whether `.env` has contained settings of this process. If so, it is required from then on. */
  hasDotenv: boolean;
  readonly redact: Redact;
  readonly log: Logger;
}

export const hasDotenv = (settings: Partial<Settings>): boolean =>
  Object.values(settings).some(({ origin }) => origin === '.env');

/** Reloads the policy. If it cannot be read, logs the reason and keeps the current policy. */
export function reloadPolicy(flags: Flags, worlds: PolicyReloadOptions): void {
  const { proxy, redact, log } = worlds;
  try {
    const { policy, settings } = loadOwnPolicy(flags, worlds.hasDotenv);
    worlds.hasDotenv ||= hasDotenv(settings);
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
