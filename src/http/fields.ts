/** Field lines as name, value, name, value …: the form of `rawHeaders`, undici and `writeHead`. */
export type FieldLines = readonly string[];

/** The value of the first line of a field. */
export function readFirst(fields: FieldLines, name: string): string | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const written = fields[i];
    if (written?.length === name.length && written.toLowerCase() === name) return fields[i + 1];
  }
  return undefined;
}

/** The combined value of all lines of a field (RFC 9110 §5.3). */
export function readCombined(fields: FieldLines, name: string): string | undefined {
  let combined: string | undefined;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const written = fields[i];
    if (written?.length !== name.length || written.toLowerCase() !== name) continue;
    combined = combined === undefined ? fields[i + 1] : `${combined}, ${fields[i + 1]}`;
  }
  return combined;
}

/** Whether a request with this header has a body (RFC 9112 §6.3). */
export const hasBody = (fields: FieldLines): boolean =>
  readFirst(fields, 'transfer-encoding') !== undefined || Number(readFirst(fields, 'content-length') ?? 0) > 0;
