import { writeFileSync } from 'node:fs';

/**
 * Excludes memory, and with it the token, from core dumps of this process. On Linux, by core(5); Node cannot set
 * the limit of a dump's size.
 */
export function emptyCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // On other systems, or without a writable /proc, the operator can use `ulimit -c 0`.
  }
}
