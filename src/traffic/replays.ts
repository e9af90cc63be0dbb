import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ExchangeFacts } from './facts.ts';

/** An exchange that the operator repeats. */
export interface Replay {
  /** Id of the exchange that is repeated. */
  readonly of: string;
  /** Told what the log tells of the new exchange, once it has ended and is kept. */
  readonly onEnd: (facts: ExchangeFacts) => void;
}

/** What tells a request of the operator from those of callers, whatever these send. */
export interface Replays {
  /** The value of REPLAY_HEADER that one request may carry, once; it holds until it is taken or withdrawn. */
  readonly announce: (replay: Replay) => string;
  /** Tells whether it had not been taken. */
  readonly withdraw: (ticket: string) => boolean;
  /** The replay whose ticket the request carries. The ticket is taken off the request, so that it is seen nowhere else. */
  readonly take: (raw: IncomingMessage) => Replay | undefined;
}

export const REPLAY_HEADER = 'x-mkio-proxy-replay';

export function createReplays(): Replays {
  const announced = new Map<string, Replay>();
  return {
    announce: (replay) => {
      const ticket = randomBytes(24).toString('base64url');
      announced.set(ticket, replay);
      return ticket;
    },
    withdraw: (ticket) => announced.delete(ticket),
    take: (raw) => {
      if (announced.size === 0) return undefined;
      const ticket = raw.headers[REPLAY_HEADER];
      const replay = typeof ticket === 'string' ? announced.get(ticket) : undefined;
      if (replay === undefined) return undefined;
      announced.delete(ticket as string);
      const { rawHeaders } = raw;
      const at = rawHeaders.findIndex((name) => name.toLowerCase() === REPLAY_HEADER);
      rawHeaders.splice(at, 2);
      return replay;
    },
  };
}
