const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const SIZE_BYTES = {
  B: 1,
  KB: 1_000,
  MB: 1_000 ** 2,
  GB: 1_000 ** 3,
  KiB: 1_024,
  MiB: 1_024 ** 2,
  GiB: 1_024 ** 3,
} as const;

/** Node's timers hold 31 bits. A longer delay silently becomes 1 ms. */
export const MAX_DURATION_MS = 2 ** 31 - 1;

/** `500ms`, `10s`, `2m`, `1h`. The unit is required, even for `0`: a bare number could be seconds or milliseconds. */
export function parseDuration(text: string): number {
  return parseQuantity(text, DURATION_MS, { max: MAX_DURATION_MS, example: '10s' });
}

/** `512B`, `64KB` (64,000), `64KiB` (65,536), `10MB`, `1GB`. */
export function parseSize(text: string): number {
  return parseQuantity(text, SIZE_BYTES, { max: Number.MAX_SAFE_INTEGER, example: '10MB' });
}

function parseQuantity(
  text: string,
  units: Readonly<Record<string, number>>,
  { max, example }: { readonly max: number; readonly example: string },
): number {
  const known = Object.keys(units).join(', ');
  const [, digits, unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined) throw new RangeError(`is not a whole number followed by a unit, such as ${example}`);
  if (unit === '') throw new RangeError(`has no unit: add one of ${known}, as in ${example}`);
  if (!Object.hasOwn(units, unit)) throw new RangeError(`has an unknown unit: use one of ${known}, as in ${example}`);
  const value = Number(digits) * (units[unit] ?? NaN);
  if (!(value <= max)) throw new RangeError('is too large');
  return value;
}
