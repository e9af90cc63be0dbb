import type { Family } from '../mkio/operations.ts';
import { compilePattern } from './patterns.ts';
import type { Pattern } from './patterns.ts';

const any = (path: string): Pattern => compilePattern({ method: '*', path });
const get = (path: string): Pattern => compilePattern({ method: 'GET', path });

/** Paths of each family, including those of clients older than /api/v1. */
export const FAMILY_PATTERNS: Readonly<Record<Family, readonly Pattern[]>> = {
  media: [any('/api/v1/projects/*/media/**'), any('/api/ams/*/**')],
  live: [any('/api/v1/projects/*/live/**')],
  templates: [any('/api/v1/projects/*/templating/**')],
  fleets: [any('/api/v1/projects/*/fleet/**')],
  infra: [any('/api/v1/projects/*/infra/**')],
  management: [
    ...['projects', 'projects/*', 'locations/**', 'organization/**', 'user/**'].map((path) => any(`/api/v1/${path}`)),
    ...['metricsEndpoint', 'paymentMethod', 'usage', 'webhook'].map((path) => any(`/api/v1/projects/*/${path}/**`)),
    ...['/api/profile/**', '/api/accounts/**', '/api/locations/**'].map(any),
  ],
};

/** Requests that a client needs to find its project; allowed at every level. */
export const STARTING: readonly Pattern[] = [
  ...['/api/v1/user/profile', '/api/v1/projects', '/.well-known/**', '/api/ready'].flatMap((path) => [
    get(path),
    compilePattern({ method: 'OPTIONS', path }),
  ]),
];
