/**
 * MK.IO's limits a minute for each project:
 * https://docs.mediakind.com/api-guides/understanding/rate-limits
 */
export const MKIO_LIMITS = { maxReads: 2_000, maxWrites: 1_000 } as const;
