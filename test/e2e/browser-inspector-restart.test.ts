/** @module-tag browser */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { openInspector } from '../support/inspector.ts';
import { startProgram } from '../support/program.ts';
import { startTestSandbox } from '../support/sandbox.ts';

const openPage = useBrowser('shell');

test('the inspector shows a lost proxy, reconnects, and keeps pinned exchanges', async () => {
  const sandbox = await startTestSandbox();
  const env = {
    MKIO_BASE_URL: sandbox.origin,
    MKIO_TOKEN: sandbox.token,
    MKIO_PROXY_ADMIN_PORT: String(await findFreePort()),
    MKIO_PROXY_CAPTURE: 'bodies',
  };
  const first = await startProgram(env);
  await fetch(`${first.address}/api/v1/user/profile`);
  await fetch(`${first.address}/api/v1/projects`);
  const { page, rows, row, notice } = await openInspector(await openPage(), first.admin ?? undefined);
  await row('user/profile').click();
  await page.keyboard.press('p');

  first.child.kill('SIGTERM');
  await first.ended;
  await page.getByText('proxy gone, reconnecting').waitFor();
  expect(await rows.count()).toBe(2);
  const chips = page.getByRole('list', { name: 'State of the proxy' });
  await chips.getByText('token, last known').waitFor();
  expect(await chips.locator('.good').count()).toBe(0);

  const second = await startProgram(env);
  await notice.getByText('The proxy was started again').waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await expect.poll(() => rows.count()).toBe(0);
  await chips.locator('.good').first().waitFor();
  await fetch(`${second.address}/api/v1/projects`);
  await row('List projects').waitFor();
  await page.getByRole('grid', { name: 'Pinned exchanges' }).getByText('user/profile').waitFor();
});

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
