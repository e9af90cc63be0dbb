import { renameSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createFolder } from '../support/folder.ts';
import { startProgram } from '../support/program.ts';
import { startTestSandbox } from '../support/sandbox.ts';

const SWAP_EVERY_MS = 200;
const REVOKE_AFTER_MS = 1_000;
const CONCURRENCY = 50;
/** For tests that take about 10 seconds on an idle machine. */
const LIMIT_MS = 60_000;

test.each([
  // The file is watched, so no request uses a revoked token.
  ['file', 20_000, (path: string) => ({ MKIO_TOKEN_FILE: path }), 0],
  // Only a 401 shows that the helper has a new token.
  ['command', 8_000, (path: string) => ({ MKIO_TOKEN_COMMAND: `cat '${path}'` }), 1],
] as const)(
  'with a token %s none of %i requests fails while the token is replaced every 200 ms and the old one revoked',
  { timeout: LIMIT_MS },
  async (_, requests, settingsOf, leastRetries) => {
    const sandbox = await startTestSandbox();
    const folder = createFolder();
    const path = join(folder, 'token');
    const admin = { authorization: `Bearer ${sandbox.token}` };
    const mint = async (): Promise<{ jti: string; token: string }> => {
      const body = JSON.stringify({ type: 'full-access', organizationId: 'any' });
      const headers = { ...admin, 'content-type': 'application/json' };
      const answer = await fetch(`${sandbox.origin}/api/v1/user/tokens`, { method: 'POST', headers, body });
      const { metadata } = (await answer.json()) as { metadata: { id: string; JWT: string } };
      return { jti: metadata.id, token: metadata.JWT };
    };
    const swap = (token: string): void => {
      writeFileSync(join(folder, 'new'), token, { mode: 0o600 });
      renameSync(join(folder, 'new'), path);
    };

    let held = await mint();
    swap(held.token);
    const program = await startProgram({ MKIO_BASE_URL: sandbox.origin, ...settingsOf(path) });

    let swaps = 0;
    let over = false;
    const revocations: Promise<unknown>[] = [];
    const revoke = async (jti: string): Promise<void> => {
      await sleep(REVOKE_AFTER_MS);
      await fetch(`${sandbox.origin}/api/v1/user/tokens/${jti}`, { method: 'DELETE', headers: admin });
    };
    const rotate = async (): Promise<void> => {
      while (!over) {
        await sleep(SWAP_EVERY_MS);
        const next = await mint();
        swap(next.token);
        revocations.push(revoke(held.jti));
        held = next;
        swaps++;
      }
    };

    const statuses = new Map<string, number>();
    const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
    let left: number = requests;
    const call = async (): Promise<void> => {
      while (left-- > 0) {
        const outcome = await ask(agent, `${program.address}/api/v1/projects/demo-project/media/assets?$top=2`);
        statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      }
    };
    const rotation = rotate();
    await Promise.all(Array.from({ length: CONCURRENCY }, call));
    over = true;
    await rotation;
    await Promise.all(revocations);
    agent.destroy();

    expect(Object.fromEntries(statuses)).toEqual({ '200': requests });
    expect(swaps).toBeGreaterThan(3);
    const log = program.stdout();
    expect(log.match(/the token has changed/g)?.length).toBeGreaterThanOrEqual(1);
    expect(log.split(/"retries":1/).length - 1).toBeGreaterThanOrEqual(leastRetries);
    expect(log).not.toContain(held.token.slice(-40));
  },
);

/** The status, or the error. */
async function ask(agent: Agent, url: string): Promise<string> {
  return await new Promise((resolve) => {
    const sent = request(url, { agent }, (response) => {
      response.on('error', ({ message }) => resolve(message));
      response.on('end', () => resolve(String(response.statusCode)));
      response.resume();
    });
    sent.on('error', ({ message }) => resolve(message));
    sent.end();
  });
}
