import { expect } from 'vitest';
import type { TestProxy } from './proxy.ts';
import { call } from './proxy.ts';
import type { TestUpstream } from './upstream.ts';

/** What the proxy's log tells of the attack. */
export interface Refused {
  readonly method: string;
  readonly code: string;
}

/** The attack arrived at the proxy and was refused; of it and a request of the test's own, the upstream saw the latter. */
export async function expectRefused(proxy: TestProxy, upstream: TestUpstream, refused: Refused): Promise<void> {
  expect(await proxy.exchange()).toMatchObject({ answeredBy: 'refusal', ...refused });
  await expectNoCall(proxy, upstream);
}

/** Whatever happened before, the upstream sees the test's own request alone. */
export async function expectNoCall(proxy: TestProxy, upstream: TestUpstream, headers = {}): Promise<void> {
  await call(proxy, '/api/v1/control', { headers });
  expect(upstream.seen.map(({ url }) => url)).toEqual(['/api/v1/control']);
}
