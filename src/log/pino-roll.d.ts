declare module 'pino-roll' {
  import type { destination } from 'pino';

  /** What this program uses of pino-roll, which has no types of its own. */
  interface RollOptions {
    readonly file: string;
    /** A number with its unit: `b`, `k`, `m` or `g`. */
    readonly size: string;
    readonly limit: { readonly count: number; readonly removeOtherLogFiles: boolean };
    readonly mode: number;
  }

  export default function createRollingStream(options: RollOptions): Promise<ReturnType<typeof destination>>;
}
