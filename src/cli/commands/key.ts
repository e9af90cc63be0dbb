import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { ProxyError } from '../../errors.ts';
import { hashKey, parseCallers, renderCallerLine } from '../../access/callers.ts';

/** `key new NAME`: prints a new caller key, only this once, and its line for MKIO_PROXY_CALLER_KEYS_FILE. */
export function newKey(_flags: unknown, [name = '']: readonly string[]): Promise<number> {
  // Redaction and secret scanners detect the key by its prefix. The proxy stores only its hash.
  const fresh = `mkp_${randomBytes(32).toString('base64url')}`;
  const line = renderCallerLine({ name, sha256: hashKey(fresh) });
  if (parseCallers(line).entries.length === 0) {
    throw new ProxyError('CONFIG_INVALID', 'a name has 1 to 64 letters, digits, or characters of `_.@-`', {
      hint: 'Give it as `mkio-proxy key new NAME`.',
    });
  }
  process.stdout.write(
    `Key for ${name}, shown this once:\n\n${fresh}\n\nLine for MKIO_PROXY_CALLER_KEYS_FILE:\n\n${line}\n`,
  );
  return Promise.resolve(0);
}
