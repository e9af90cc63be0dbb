import { describe, expect, test } from 'vitest';
import { readCredentials } from './upstream.ts';
import type { Drive } from './world.ts';
import { createWorld } from './world.ts';

// A drive starts up to a dozen processes, one after the other.
const LIMIT_MS = 60_000;

/** A test for each drive: no output contains secrets of its world, and the upstream gets only the token. */
export function testDrives(drives: readonly Drive[]): void {
  describe('no secret is shown, in any encoding, by', { timeout: LIMIT_MS }, () => {
    for (const { name, drive, codes = [], tags = [] } of drives) {
      test(name, { tags }, async () => {
        const world = createWorld();
        await drive(world);
        await world.finish();

        expect(world.findLeaks()).toEqual([]);
        const text = world.outputs.map((output) => output.text).join('\n');
        expect(text).not.toBe('');
        for (const code of codes) expect(text).toContain(code);
        const credentials = world.upstreams.flatMap(readCredentials);
        const right = world.tokens.map((token) => ['authorization', `Bearer ${token}`]);
        for (const sent of credentials) expect(right).toContainEqual(sent);
      });
    }
  });
}
