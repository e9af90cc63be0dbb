import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ExchangeFacts } from './facts.ts';

/** A replay by the operator. */
export interface Replay {
  /** Id of the repeated exchange. */
  readonly of: string;
  /** Called with the facts of the new exchange once it is kept. */
  readonly onEnd: (facts: ExchangeFacts) => void;
}

/** One-time tickets that prove that a request is the operator's. */
export interface Replays {
  /** Returns the REPLAY_HEADER value for one request; valid until taken or withdrawn. */
  readonly announce: (replay: Replay) => string;
  /** Returns whether it had not been taken. */
  readonly withdraw: (ticket: string) => boolean;
  /** The replay of the request's ticket. Removes the ticket from the request. */
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
