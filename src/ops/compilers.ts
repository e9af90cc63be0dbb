import { setFlagsFromString } from 'node:v8';

/** V8's largest budget: no function ever uses it up. */
const NEVER = 2 ** 31 - 1;

/**
 * Keeps V8 from optimizing WebAssembly. undici's parser is the only one here: on Node 20 its optimized compilation takes
 * 30 to 36 MB for a moment, at the first answers, and saves no CPU time that `bench/` can see.
 *
 * To be called before undici is loaded: V8 reads its flags as it compiles.
 */
export function keepWasmBaseline(): void {
  setFlagsFromString(`--wasm-tiering-budget=${NEVER}`);
}
