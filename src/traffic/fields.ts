/** Field lines as name, value, name, value …: the form of `rawHeaders`. */
export type FieldLines = readonly string[];

/** The first value of a field. */
export function readFirst(fields: FieldLines, name: string): string | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const written = fields[i];
    if (written?.length === name.length && written.toLowerCase() === name) return fields[i + 1];
  }
  return undefined;
}

/**
 * Field lines as one text without secrets, `name: value` a line: kept for long, one string is cheaper than forty. What a
 * value is, its name tells, so they are looked at together.
 */
export function renderFields(fields: FieldLines, redact: (text: string) => string): string {
  let text = '';
  for (let i = 0; i + 1 < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\n`;
  if (redact(text) === text) return text;
  // Line by line, as a mask may reach beyond the end of one.
  return text.split('\n').map(redact).join('\n');
}

/** Names and values of such a text, in their order. */
export const parseFields = (text: string): [name: string, value: string][] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
