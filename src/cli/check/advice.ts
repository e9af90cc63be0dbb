import type { Config, PolicyConfig } from '../../config/config.ts';
import type { Outcome } from './examination.ts';
import { examination, TAKEN } from './examination.ts';
import { ok, warn } from './findings.ts';
import { planPermissions } from './permissions.ts';
import { renderCommand } from '../../text/shell.ts';

const TERM_MS = 90 * 86_400_000;
const MAX_DESCRIPTION_LENGTH = 128;

/** For a full-access token: suggests the call that creates a restricted token for the current policy. */
export const advice = examination('advice', [...TAKEN, 'record', 'rights'], (worlds, known): Outcome => {
  const { type, organizationId = known.owner.organizationId } = known.record;
  if (type !== 'full-access') return { fact: ok('none') };
  const { config, now } = worlds;
  // If callers use only some projects, the token needs no rights in others.
  const isOfSome = config.project !== undefined || config.policy.projects.length > 0;
  const isPlanned = known.project !== undefined || !isOfSome;
  const permissions = isPlanned ? planPermissions(known.rights, config, known.project?.id) : undefined;
  const fact = warn(
    'the proxy holds a full-access token',
    `Give it a restricted one: what leaks can do no more than its permissions. For policy ${nameOf(config.policy)}:`,
  );
  if (organizationId === undefined || permissions === undefined) {
    return {
      fact: {
        ...fact,
        hint: 'Give it a restricted one, for which check prints the call once MKIO_PROJECT names the project.',
      },
    };
  }
  const body = {
    type: 'restricted',
    description: ['mkio-proxy', config.project].filter(Boolean).join(' ').slice(0, MAX_DESCRIPTION_LENGTH),
    organizationId,
    expireDate: new Date(now() + TERM_MS).toISOString().replace(/\.\d+/, ''),
    permissions,
  };
  return { fact: { ...fact, call: renderMinting(config, body) } };
});

const nameOf = ({ base }: PolicyConfig): string => ('levels' in base ? base.levels.join(',') : 'of the file');

/** Calls MK.IO directly, as the proxy refuses to create tokens. The shell inserts the token. */
const renderMinting = ({ upstream }: Config, body: object): string =>
  [
    renderCommand(['curl', '-X', 'POST', `${upstream.origin}/api/v1/user/tokens`]),
    '-H "Authorization: Bearer $MKIO_TOKEN"',
    renderCommand(['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)]),
  ].join(' ');
