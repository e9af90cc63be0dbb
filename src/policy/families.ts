import type { Family } from '../mkio/operations.ts';
import { compilePattern } from './patterns.ts';
import type { Pattern } from './patterns.ts';

const any = (path: string): Pattern => compilePattern({ method: '*', path });
const get = (path: string): Pattern => compilePattern({ method: 'GET', path });

/** Where each family lives, the older addresses of clients before /api/v1 included. */
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

/** What a client asks before it knows its project; needs no right of its own. */
export const STARTING: readonly Pattern[] = [
  ...['/api/v1/user/profile', '/api/v1/projects', '/.well-known/**', '/api/ready'].flatMap((path) => [
    get(path),
    compilePattern({ method: 'OPTIONS', path }),
  ]),
];
