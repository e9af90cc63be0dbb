import { joinLines, quoteForShell } from '../../text/shell.ts';
import type { SnippetRequest } from './snippet-request.ts';
import { hasField } from './snippet-request.ts';

/** Otherwise curl expands globs and resolves dot segments in the target. */
const AS_IT_IS = '--globoff --path-as-is';

export function renderCurl(request: SnippetRequest): string {
  const { url, fields, body, bearer, socketPath } = request;
  return joinLines([
    ['curl', AS_IT_IS, ...renderMethod(request), quoteForShell(url)].join(' '),
    ...(socketPath === undefined ? [] : [`--unix-socket ${quoteForShell(socketPath)}`]),
    ...fields.map(([name, value]) => `-H ${quoteForShell(value === '' ? `${name};` : `${name}: ${value}`, 'latin1')}`),
    ...(bearer === undefined ? [] : [`-H "Authorization: Bearer $${bearer}"`]),
    // curl adds a Content-Type to --data-raw unless the header is removed.
    ...(body === undefined || hasField(request, 'content-type') ? [] : ["-H 'content-type:'"]),
    ...(body === undefined ? [] : [`--data-raw ${quoteForShell(body)}`]),
  ]);
}

function renderMethod({ method, body }: SnippetRequest): string[] {
  if (method === 'HEAD' && body === undefined) return ['--head'];
  return method === (body === undefined ? 'GET' : 'POST') ? [] : ['-X', method];
}
