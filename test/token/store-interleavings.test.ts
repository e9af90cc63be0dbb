import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenStore } from '../../src/token/store.ts';
import { createTestSource } from '../support/token.ts';

/** What happens around the store, in any order and overlapping in any way. */
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

test('under any interleaving no token is stale, no two readings overlap and no header is empty', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 40 }),
      async (scheduler, steps) => {
        let [newest, broken, reading, overlapped, nowMs] = [0, false, 0, false, 0];
        /** The newest token that anybody got. */
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

        /** Goes upstream, which takes the newest token alone, and once more after a 401 with another token. */
        const request = async (): Promise<void> => {
          const used = take();
          await scheduler.schedule(Promise.resolve(), 'a request arrives');
          if (generationOf(used) === newest) return;
          if ((await store.renew(used)) === true) expect(take()).not.toBe(used);
        };
        /** Sees at least what the source had when it was asked for, unless that was broken meanwhile. */
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
        // The steps overlap: none waits for what the one before has begun.
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
