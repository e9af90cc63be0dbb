/** Parts of MK.IO's error shape: `{"error":{"code":…},"ref":…}`. */
export interface UpstreamError {
  /** Reference for MK.IO's support. */
  readonly ref: string | undefined;
  readonly code: string | undefined;
}

const MAX_CHARACTERS = 128;

/** undefined if the text does not have this shape. */
export function readUpstreamError(text: string): UpstreamError | undefined {
  const parsed = parse(text);
  const ref = readWord(parsed?.ref);
  const code = readWord((parsed?.error as Readonly<Record<string, unknown>> | null | undefined)?.code);
  return ref === undefined && code === undefined ? undefined : { ref, code };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

const readWord = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_CHARACTERS) : undefined;
};
