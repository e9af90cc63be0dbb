import { JWKS_PATH, REVOKED_PATH } from '../../mkio/published.ts';
import { readRevoked } from '../../token/revocation.ts';
import type { SignatureVerdict } from '../../token/signature.ts';
import { verifySignature } from '../../token/signature.ts';
import type { Outcome, Worlds } from './examination.ts';
import { examination, REACHED } from './examination.ts';
import type { Fact } from './findings.ts';
import { fail, ok, skipped, warn } from './findings.ts';

const OPAQUE = 'the token is opaque';
const EXIT = 3;

export const revocation = examination('revocation', ['token', ...REACHED], async (worlds, known): Promise<Outcome> => {
  const learned = { unrevoked: true } as const;
  const jti = known.token.claims?.jti;
  if (jti === undefined) return { fact: skipped(OPAQUE), learned };
  const revoked = await tryRead(async () => readRevoked(await readList(worlds, REVOKED_PATH)));
  if (revoked === undefined) return { fact: unreadable(REVOKED_PATH), learned };
  if (!revoked.includes(jti)) return { fact: ok('not revoked'), learned };
  return { fact: fail('MK.IO has revoked the token', 'Create a new one and give it to the proxy.', EXIT) };
});

const VERDICTS: Readonly<Record<SignatureVerdict, Fact>> = {
  valid: ok('verified by a key of MK.IO'),
  invalid: fail(
    'the token was not signed by the key of MK.IO that it names',
    'It was changed or made up: create a new one at MK.IO.',
    EXIT,
  ),
  'unknown-key': fail(
    'the token names a key that MK.IO does not publish',
    'It belongs to another MK.IO, or its key was withdrawn: create a new one at the MK.IO of MKIO_BASE_URL.',
    EXIT,
  ),
};

export const signature = examination('signature', ['token', 'fresh', ...REACHED], async (worlds, { token }) => {
  if (token.claims === undefined) return { fact: skipped(OPAQUE) };
  const verdict = await tryRead(async () => verifySignature(token.store.current(), await readList(worlds, JWKS_PATH)));
  return { fact: verdict === undefined ? unreadable(JWKS_PATH) : VERDICTS[verdict] };
});

async function readList({ readPublic }: Worlds, path: string): Promise<string> {
  return (await readPublic(path)).text;
}

/** An unreadable list is only a warning, as the first call with the token decides. */
async function tryRead<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}

const unreadable = (path: string): Fact =>
  warn(`not known: no list at ${path}`, 'MK.IO shows it to everybody: check MKIO_BASE_URL, and what stands between.');
