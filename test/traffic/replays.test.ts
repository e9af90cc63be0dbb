import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createReplays, REPLAY_HEADER } from '../../src/traffic/replays.ts';

const requestWith = (ticket: string): IncomingMessage =>
  ({
    headers: { [REPLAY_HEADER]: ticket },
    rawHeaders: ['Host', 'localhost', REPLAY_HEADER, ticket],
  }) as unknown as IncomingMessage;
const REPLAY = { of: 'an-id', onEnd: () => undefined };

test('a ticket is good for one request, which carries it no more', () => {
  const replays = createReplays();
  const other = replays.announce(REPLAY);
  const ticket = replays.announce(REPLAY);
  const request = requestWith(ticket);
  expect(replays.take(request)).toBe(REPLAY);
  expect(request.rawHeaders).toEqual(['Host', 'localhost']);
  expect(replays.take(requestWith(ticket))).toBeUndefined();
  expect([replays.withdraw(other), replays.take(requestWith(other))]).toEqual([true, undefined]);
});
