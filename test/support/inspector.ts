import type { Locator, Page } from 'playwright-core';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startTestSandbox } from './sandbox.ts';
import type { TestProxy, TestProxyOptions } from './proxy.ts';
import { startTestProxy } from './proxy.ts';
import { createFixedStore } from './token.ts';

/** The visible parts of the inspector page. */
export interface InspectorPage {
  readonly page: Page;
  /** The rendered rows, without pinned exchanges. */
  readonly rows: Locator;
  readonly filter: Locator;
  readonly count: Locator;
  readonly detail: Locator;
  readonly notice: Locator;
  /** The row with this text. */
  readonly row: (text: string | RegExp) => Locator;
  readonly button: (name: string | RegExp) => Locator;
}

export const describePage = (page: Page): InspectorPage => ({
  page,
  rows: page.locator('#exchanges [role=row]:not(.head)'),
  filter: page.getByRole('combobox', { name: 'Filter' }),
  count: page.locator('.toolbar .count'),
  detail: page.getByRole('complementary', { name: 'Exchange' }),
  notice: page.locator('.notice'),
  row: (text) => page.locator('#exchanges [role=row]:not(.head)', { hasText: text }),
  button: (name) => page.getByRole('button', { name, exact: typeof name === 'string' }),
});

/** Opens the inspector of an admin listener, and waits until it is live. */
export async function openInspector(page: Page, admin: string | undefined): Promise<InspectorPage> {
  await page.goto(`${admin ?? ''}/`);
  await page.getByText('live', { exact: true }).waitFor();
  return describePage(page);
}

export interface SandboxProxy extends TestProxy {
  readonly sandbox: Sandbox;
  /** Calls a path under the media path of the sandbox's project. */
  readonly media: (path: string, init?: RequestInit) => Promise<Response>;
}

/** A proxy with an inspector in front of the sandbox. */
export async function startSandboxProxy(options: Partial<TestProxyOptions> = {}): Promise<SandboxProxy> {
  const sandbox = await startTestSandbox();
  const token = { ...createFixedStore(sandbox.token), held: [sandbox.token] };
  const { origin } = sandbox;
  const proxy = await startTestProxy({ origin, token, admin: { host: '127.0.0.1', port: 0 }, ...options });
  const media = `${proxy.address}/api/v1/projects/${sandbox.project}/media`;
  return { ...proxy, sandbox, media: (path, init) => fetch(media + path, init) };
}
