import { setFlagsFromString } from 'node:v8';

/**
 * Disables two V8 compilers, which save no CPU time that `bench/` can measure. The C library hardly returns their peak
 * memory to the system.
 * - The optimizing WebAssembly compiler, used only for undici's parser: 25 to 36 MB.
 * - Maglev, which precedes TurboFan since Node 22: 15 to 20 MB.
 *
 * Call it before loading undici, as V8 reads its flags when it compiles.
 */
export function keepCompilersSmall(): void {
  // `--liftoff-only` implies the first two only on the command line.
  for (const flag of ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--no-maglev']) setFlagsFromString(flag);
}
