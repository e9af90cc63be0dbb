import type { ProxyError } from '../errors.ts';
import { asProxyError } from '../errors.ts';
import type { FoundToken, TokenSource } from './sources.ts';

export interface Reload {
  readonly changed: boolean;
  /** Reason why the last good token stays in use. */
  readonly failure?: ProxyError;
}

export interface TokenReader {
  /** Reads the source or joins a running reading. undefined during a pause, or if the source never changes. */
  readonly refresh: () => Promise<Reload> | undefined;
  /** Reads the source even during a pause. `asked`: by an operator, so every failure is logged. */
  readonly reload: (asked: boolean) => Promise<Reload>;
}

export interface ReaderWorlds {
  readonly source: TokenSource;
  /** A first reading that is still running. */
  readonly begun: Promise<FoundToken> | undefined;
  /** @throws ProxyError if the token is unusable */
  readonly onFound: (found: FoundToken) => Reload;
  readonly onFailure: (error: ProxyError, asked: boolean) => Reload;
  readonly now: () => number;
}

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;

/** Reads a token source, one reading at a time. Readings for requests pause longer each time they bring no new token. */
export function createTokenReader({ source, begun, onFound, onFailure, now }: ReaderWorlds): TokenReader {
  const canChange = source.kind === 'file' || source.kind === 'command';
  let reading: Promise<Reload> | undefined;
  let pauseMs = 0;
  let pausedUntilMs = -Infinity;

  const read = (asked: boolean, found?: Promise<FoundToken>): Promise<Reload> =>
    (reading ??= settle(asked, found ?? source.read()).finally(() => {
      reading = undefined;
    }));

  const settle = async (asked: boolean, found: Promise<FoundToken>): Promise<Reload> => {
    try {
      const outcome = onFound(await found);
      if (outcome.changed) endPause();
      return outcome;
    } catch (error) {
      return onFailure(asProxyError(error), asked);
    }
  };

  const readThenPause = async (): Promise<Reload> => {
    const outcome = await read(false);
    if (!outcome.changed) pause();
    return outcome;
  };

  const pause = (): void => {
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LAST_PAUSE_MS);
    pausedUntilMs = now() + pauseMs;
  };

  const endPause = (): void => {
    pauseMs = 0;
    pausedUntilMs = -Infinity;
  };

  if (begun !== undefined) void read(false, begun);

  return {
    refresh: () => {
      if (!canChange) return undefined;
      if (reading !== undefined) return reading;
      return now() < pausedUntilMs ? undefined : readThenPause();
    },
    reload: async (asked) => {
      if (!canChange) return { changed: false };
      // The running reading may have begun before the change.
      await reading;
      return await read(asked);
    },
  };
}
