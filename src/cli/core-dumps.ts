import { writeFileSync } from 'node:fs';

/**
 * Leaves the memory, and with it the token, out of what a crash of this process dumps. On Linux, by core(5); Node cannot set
 * the limit of a dump's size.
 */
export function emptyCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Elsewhere, and where /proc is not to be written, `ulimit -c 0` is the operator's.
  }
}
