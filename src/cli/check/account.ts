import { isGood, judgeAside, judgeRefusal, readId, readText } from './answers.ts';
import type { Outcome } from './examination.ts';
import { examination, REACHED, TAKEN } from './examination.ts';
import { fail, ok, skipped } from './findings.ts';
import { renderRights, resolveRights } from './rights.ts';

/** The id becomes a path segment, so slashes and dots are refused. */
const JTI = /^[\w-]{1,128}$/;

/** The first call with the token shows whether MK.IO accepts it. */
export const profile = examination(
  'profile',
  ['token', 'fresh', ...REACHED, 'unrevoked'],
  async ({ ask }): Promise<Outcome> => {
    const answer = await ask('/api/v1/user/profile');
    if (!isGood(answer)) return { fact: judgeRefusal(answer) };
    const { body } = answer;
    const mail = readText(body, 'spec', 'loginEmail');
    const name = readText(body, 'spec', 'name');
    const owner = [name, mail && `<${mail}>`].filter(Boolean).join(' ');
    const learned = { owner: { organizationId: readId(body, 'spec', 'activeOrganizationId') } };
    return { fact: ok(owner === '' ? 'answered without a name' : owner), learned };
  },
);

/** Reads MK.IO's record of the token. */
export const tokenType = examination('token-type', TAKEN, async ({ ask }, known): Promise<Outcome> => {
  const jti = known.token.claims?.jti;
  if (jti === undefined || !JTI.test(jti)) return { fact: skipped('the token has no id to ask for') };
  const answer = await ask(`/api/v1/user/tokens/${jti}`);
  if (!isGood(answer)) return { fact: judgeAside(answer) };
  const { body } = answer;
  const type = readText(body, 'metadata', 'type') ?? 'unknown';
  const record = { type, organizationId: readId(body, 'spec', 'organizationId') };
  const revoked = readText(body, 'spec', 'revoked');
  if (revoked !== undefined) {
    return { fact: fail(`${type}, revoked ${revoked}`, 'Create a new token and give it to the proxy.', 3) };
  }
  return { fact: ok(`${type}: ${renderReach(type, body)}`), learned: { record } };
});

function renderReach(type: string, body: unknown): string {
  if (type === 'full-access') return "all its user's rights";
  const lines = Object.entries(resolveRights(body, 'spec', 'permissions').projects);
  return lines.length === 0
    ? 'no rights in projects'
    : lines.map(([id, rights]) => `${renderRights(rights)} in ${id}`).join('; ');
}

export const organization = examination('organization', TAKEN, async ({ ask }, { owner, record }) => {
  const id = record?.organizationId ?? owner.organizationId;
  if (id === undefined) return { fact: skipped('MK.IO did not tell which') };
  const answer = await ask(`/api/v1/user/organizations/${id}`);
  if (!isGood(answer)) return { fact: judgeAside(answer) };
  return { fact: ok(`${readText(answer.body, 'metadata', 'name') ?? 'without a name'} (${id})`) };
});
