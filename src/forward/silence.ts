import type { Writable } from 'node:stream';
import type { BodyMapper } from './body-mapper.ts';

const SILENCE_MS = 1_000;

/** Releases held bytes if the upstream is silent. */
export interface Silence {
  /** Call after each chunk. */
  readonly begin: () => void;
  readonly end: () => void;
}

/** @param sink bytes are sent only until it ends */
export function createSilence(mapper: BodyMapper, sink: Writable, send: (bytes: Buffer) => void): Silence {
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    if (!sink.writableEnded && !sink.destroyed && mapper.isHolding()) send(mapper.release());
  };
  return {
    begin: () => {
      if (!mapper.isHolding()) return;
      if (timer === undefined) timer = setTimeout(release, SILENCE_MS).unref();
      else timer.refresh();
    },
    end: () => clearTimeout(timer),
  };
}
