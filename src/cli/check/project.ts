import { isGood, judgeAside, judgeRefusal, readAt, readId, readText } from './answers.ts';
import type { Outcome } from './examination.ts';
import { examination, TAKEN } from './examination.ts';
import { fail, ok, skipped, warn } from './findings.ts';
import { renderRights, resolveRights } from './rights.ts';

export const project = examination('project', TAKEN, async ({ ask, config }): Promise<Outcome> => {
  const name = config.project;
  if (name === undefined) return { fact: skipped('MKIO_PROJECT is not set') };
  const answer = await ask(`/api/v1/projects/${encodeURIComponent(name)}`);
  if (!isGood(answer)) {
    const { detail, ...refusal } = judgeRefusal(answer);
    return { fact: { ...refusal, detail: `${name}: ${detail}` } };
  }
  const { body } = answer;
  const id = readId(body, 'metadata', 'id');
  const learned = id === undefined ? {} : { project: { id } };
  if (readAt(body, 'spec', 'isActive') === false) {
    return {
      fact: fail(`${name} is not active`, 'Have it activated at MK.IO, or set another MKIO_PROJECT.', 2),
      learned,
    };
  }
  const shown = readText(body, 'spec', 'displayName');
  return { fact: ok([name, shown && `"${shown}"`, 'active'].filter(Boolean).join(', ')), learned };
});

/** Reads the token's rights in the project. */
export const rights = examination('rights', TAKEN, async ({ ask }, { project: found }): Promise<Outcome> => {
  const answer = await ask('/api/v1/user/rbac');
  if (!isGood(answer)) return { fact: judgeAside(answer) };
  const learned = { rights: resolveRights(answer.body, 'rbac') };
  const { projects } = learned.rights;
  const count = Object.keys(projects).length;
  if (found === undefined) return { fact: ok(`in ${count === 1 ? '1 project' : `${count} projects`}`), learned };
  const there = projects[found.id];
  if (there !== undefined) return { fact: ok(renderRights(there)), learned };
  const hint = 'Use a token with permissions for this project, or ask an administrator for rights there.';
  return { fact: warn('none in this project', hint), learned };
});
