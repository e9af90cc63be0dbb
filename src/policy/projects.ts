import { STARTING } from './families.ts';
import type { Asked } from './patterns.ts';
import { compilePattern, liesWithin } from './patterns.ts';
import type { Denial, Judge } from './verdict.ts';

const DENIAL: Denial = {
  allowed: false,
  code: 'PROJECT_REFUSED',
  rule: 'MKIO_PROXY_PROJECTS',
  reason: 'what lies outside the projects of MKIO_PROXY_PROJECTS',
  setting: 'MKIO_PROXY_PROJECTS',
};

/** Allows only the named projects and the requests that a client needs to find them. */
export function createConfinement(projects: readonly string[]): Judge {
  const patterns = projects.flatMap((project) =>
    [`/api/v1/projects/${project}/**`, `/api/ams/${project}/**`].map((path) => compilePattern({ method: '*', path })),
  );
  const inside = [...patterns, ...STARTING];
  return (asked: Asked) => (liesWithin(inside, asked) ? undefined : DENIAL);
}
