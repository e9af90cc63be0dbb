/** Replaces every secret that would be logged, kept or printed. */
export const MASK = '[redacted]';
