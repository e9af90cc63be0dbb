import { joinLines, quoteForShell } from '../../text/shell.ts';
import type { SnippetRequest } from './snippet-request.ts';
import { hasField } from './snippet-request.ts';

/** HTTPie drops the backslash and has no escape for it. */
const UNWRITABLE = /\\[:;=@]/;

export function renderHttpie(request: SnippetRequest): string {
  const { method, url, fields, body, bearer } = request;
  const writable = fields.filter(([, value]) => !UNWRITABLE.test(value));
  const note = writable.length < fields.length ? '# Not as it was: HTTPie cannot write one of the headers.\n' : '';
  return (
    note +
    joinLines([
      `http --ignore-stdin ${method} ${quoteForShell(url)}`,
      // HTTPie strips the space, which separates the colon from a leading `=` or `@` of the value.
      ...writable.map(([name, value]) => quoteForShell(value === '' ? `${name};` : `${name}: ${value}`, 'latin1')),
      ...(bearer === undefined ? [] : [`"Authorization: Bearer $${bearer}"`]),
      ...(body === undefined || hasField(request, 'content-type') ? [] : ["'content-type:'"]),
      ...(body === undefined ? [] : [`--raw=${quoteForShell(body)}`]),
    ])
  );
}
