import { parseDuration } from '../config/units.ts';
import { ProxyError } from '../errors.ts';

/**
 * Parses `--timeout` to milliseconds.
 *
 * @throws ProxyError CONFIG_INVALID
 */
export function readTimeout(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    const hint = 'Give one such as 30s or 2m.';
    throw new ProxyError('CONFIG_INVALID', '--timeout is no time with its unit', { hint, cause });
  }
}
