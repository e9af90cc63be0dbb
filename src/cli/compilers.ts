import { setFlagsFromString } from 'node:v8';

/**
 * Disables two V8 compilers that take memory at their peak, which the C library hardly returns, and save no CPU time that
 * `bench/` can measure: the optimizing one of WebAssembly, used only by undici's parser (25 to 36 MB), and Maglev, which
 * precedes TurboFan since Node 22 (15 to 20 MB).
 *
 * Call it before undici is loaded: V8 reads its flags when it compiles.
 */
export function keepCompilersSmall(): void {
  // `--liftoff-only` implies the first two only on the command line.
  for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--no-maglev']) setFlagsFromString(flag);
}
