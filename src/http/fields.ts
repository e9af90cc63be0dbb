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

/**
 * The field lines of a request and its answer as a text each, `name: value` a line, without secrets. What a value is, its
 * name tells, so they are looked at together; and both at once, as hardly ever is there anything to mask.
 */
export function renderFields(
  [asked, answered]: readonly [FieldLines, FieldLines],
  redact: (text: string) => string,
): readonly [string, string] {
  const [request, answer] = [renderLines(asked), renderLines(answered)];
  const both = request + answer;
  return redact(both) === both ? [request, answer] : [redactLines(request, redact), redactLines(answer, redact)];
}

function renderLines(fields: FieldLines): string {
  let text = '';
  for (let i = 0; i + 1 < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\n`;
  return text;
}

/** Line by line, as a mask may reach beyond the end of one. */
const redactLines = (text: string, redact: (text: string) => string): string => text.split('\n').map(redact).join('\n');

/** Names and values of such a text, in their order. */
export const parseFields = (text: string): [name: string, value: string][] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
