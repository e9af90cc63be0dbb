import { SAFE_METHODS } from '../http/methods.ts';
import type { Asked } from './patterns.ts';
import { compilePattern, matchesSome } from './patterns.ts';
import type { Denial } from './verdict.ts';

const BATCH = compilePattern({ method: '*', path: '/**/$batch/**' });

const DENIAL: Denial = {
  allowed: false,
  code: 'OPERATION_REFUSED',
  rule: 'batch',
  reason: 'batches, because no rule sees the requests in their bodies',
  setting: 'MKIO_PROXY_POLICY=open without MKIO_PROXY_PROJECTS',
};

/** A batch carries requests in its body (OData 4.01 §11.7). MK.IO documents none, but its API has OData's conventions. */
export const refuseBatch = (asked: Asked): Denial | undefined =>
  !SAFE_METHODS.has(asked.method) && matchesSome(BATCH, asked) ? DENIAL : undefined;
