import { writeFileSync } from 'node:fs';

/**
 * Excludes memory, and so the token, from core dumps of this process. Uses Linux's coredump_filter (core(5)), as Node
 * cannot set the size limit of core dumps.
 */
export function emptyCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Not Linux, or /proc is read-only: use `ulimit -c 0` instead.
  }
}
