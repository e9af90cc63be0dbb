import type { FieldLines } from '../http/fields.ts';
import { MASK } from '../secrets/mask.ts';
import { isSecretHeaderLine } from '../secrets/secret-names.ts';

type Redact = (text: string) => string;

/**
 * The field lines of a request and its answer, each as text with one `name: value` a line, without secrets.
 *
 * Names decide first. The rest rarely holds a secret, so one look at all of it comes before a look at each line.
 */
export function renderFields(
  [asked, answered]: readonly [FieldLines, FieldLines],
  redact: Redact,
): readonly [string, string] {
  const [request, answer] = [renderLines(asked), renderLines(answered)];
  const both = request + answer;
  if (redact(both) === both) return [request, answer];
  return [renderLines(asked, redact), renderLines(answered, redact)];
}

const asIs: Redact = (text) => text;

function renderLines(fields: FieldLines, redact = asIs): string {
  let text = '';
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    text += `${redact(name)}: ${isSecretHeaderLine(name) ? MASK : redact(value)}\n`;
  }
  return text;
}

/** Names and values of such a text, in order. */
export const parseFields = (text: string): [name: string, value: string][] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
