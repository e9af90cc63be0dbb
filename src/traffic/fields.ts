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

/** Field lines without their secrets. What a value is, its name tells: they are looked at together. */
export function redactFields(fields: FieldLines, redact: (text: string) => string): FieldLines {
  const redacted: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const line = redact(`${fields[i]}: ${fields[i + 1]}`);
    const colon = line.indexOf(': ');
    redacted.push(line.slice(0, colon), line.slice(colon + 2));
  }
  return redacted;
}
