import { joinLines, quoteForShell } from '../../text/shell.ts';
import type { SnippetRequest } from './snippet-request.ts';
import { hasField } from './snippet-request.ts';

/** HTTPie takes the backslash off, and has no way to write it. */
const UNWRITABLE = /\\[:;=@]/;

export function renderHttpie(request: SnippetRequest): string {
  const { method, url, fields, body, bearer } = request;
  const writable = fields.filter(([, value]) => !UNWRITABLE.test(value));
  const note = writable.length < fields.length ? '# Not as it was: HTTPie cannot write one of the headers.\n' : '';
  return (
    note +
    joinLines([
      `http --ignore-stdin ${method} ${quoteForShell(url)}`,
      // The space keeps `=` and `@` from being read as a part of the separator; HTTPie takes it off.
      ...writable.map(([name, value]) => quoteForShell(value === '' ? `${name};` : `${name}: ${value}`, 'latin1')),
      ...(bearer === undefined ? [] : [`"Authorization: Bearer $${bearer}"`]),
      ...(body === undefined || hasField(request, 'content-type') ? [] : ["'content-type:'"]),
      ...(body === undefined ? [] : [`--raw=${quoteForShell(body)}`]),
    ])
  );
}
