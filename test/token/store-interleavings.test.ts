import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenStore } from '../../src/token/store.ts';
import { createTestSource } from '../support/token.ts';

/** Events around the store, in any order and with any overlap. */
type Step = 'rotate' | 'break' | 'mend' | 'reload' | 'refresh' | 'request' | 'wait';
const STEPS: readonly Step[] = [
  'rotate',
  'break',
  'mend',
  'reload',
  'refresh',
  'request',
  'request',
  'request',
  'wait',
];

const nameOf = (generation: number): string => `token-${generation}`;
const generationOf = (token: string): number => Number(/^token-(\d+)$/.exec(token)?.[1] ?? NaN);

test('Under any interleaving, no token is stale or empty, and no two readings overlap', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 40 }),
      async (scheduler, steps) => {
        let [newest, broken, reading, overlapped, nowMs] = [0, false, 0, false, 0];
        /** The newest token that a request has used. */
        let seen = 0;

        const source = createTestSource(async () => {
          overlapped ||= ++reading > 1;
          try {
            await scheduler.schedule(Promise.resolve(), 'the source is asked');
            const [given, isBroken] = [newest, broken];
            await scheduler.schedule(Promise.resolve(), 'the source answers');
            if (isBroken) throw new Error('broken');
            return { token: nameOf(given) };
          } finally {
            reading--;
          }
        });
        const store = createTokenStore({ source, first: { token: nameOf(0) }, now: () => nowMs });
        const take = (): string => {
          const token = store.current();
          expect(generationOf(token)).toBeGreaterThanOrEqual(seen);
          seen = generationOf(token);
          return token;
        };

        /** The upstream accepts only the newest token. After a 401, the request is retried with a different token. */
        const request = async (): Promise<void> => {
          const used = take();
          await scheduler.schedule(Promise.resolve(), 'a request arrives');
          if (generationOf(used) === newest) return;
          if ((await store.renew(used)) === true) expect(take()).not.toBe(used);
        };
        /** Returns at least the token from the time of the call, unless the source is broken. */
        const reload = async (): Promise<void> => {
          const wanted = newest;
          const { failure } = await store.reload();
          if (failure === undefined) expect(generationOf(take())).toBeGreaterThanOrEqual(wanted);
        };
        const act: Record<Step, () => unknown> = {
          rotate: () => newest++,
          break: () => (broken = true),
          mend: () => (broken = false),
          reload,
          refresh: () => store.refresh(),
          request,
          wait: () => (nowMs += 10_000),
        };

        const running: unknown[] = [];
        // Steps overlap: none waits for the previous one.
        const begin = (step: Step) => () => Promise.resolve(void running.push(act[step]()));
        scheduler.scheduleSequence(steps.map(begin));
        await scheduler.waitIdle();
        await Promise.all(running);
        expect(running).toHaveLength(steps.length);
        expect(overlapped).toBe(false);

        broken = false;
        const last = store.reload();
        await scheduler.waitIdle();
        await last;
        expect(take()).toBe(nameOf(newest));
        expect(store.status().state).toBe('ok');
      },
    ),
    { numRuns: 500 },
  );
});
