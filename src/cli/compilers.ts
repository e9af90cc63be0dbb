import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from two kinds of compilation that take memory for a moment, which the C library hardly gives back, and save no CPU
 * time that `bench/` can see: the optimized one of WebAssembly, which is undici's parser alone (25 to 36 MB), and Maglev, which
 * comes before TurboFan since Node 22 (15 to 20 MB).
 *
 * To be called before undici is loaded: V8 reads its flags as it compiles.
 */
export function keepCompilersSmall(): void {
  // `--liftoff-only` implies the first two on the command line alone.
  for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--no-maglev']) setFlagsFromString(flag);
}
