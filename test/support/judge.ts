import { expect } from 'vitest';
import type { TestProxy } from './proxy.ts';
import { call } from './proxy.ts';
import type { TestUpstream } from './upstream.ts';

/** The attack's entry in the proxy's log. */
export interface Refused {
  readonly method: string;
  readonly code: string;
}

/** Expects that the proxy refused the attack, and that the upstream saw only the test's own request. */
export async function expectRefused(proxy: TestProxy, upstream: TestUpstream, refused: Refused): Promise<void> {
  expect(await proxy.exchange()).toMatchObject({ answeredBy: 'refusal', ...refused });
  await expectNoCall(proxy, upstream);
}

/** Expects that the upstream sees only the test's own request. */
export async function expectNoCall(proxy: TestProxy, upstream: TestUpstream, headers = {}): Promise<void> {
  await call(proxy, '/api/v1/control', { headers });
  expect(upstream.seen.map(({ url }) => url)).toEqual(['/api/v1/control']);
}
