import { joinLines, quoteForShell } from '../../text/shell.ts';
import type { SnippetRequest } from './snippet-request.ts';
import { hasField } from './snippet-request.ts';

/** Without globs and dot segments resolved, the target is what was asked for. */
const AS_IT_IS = '--globoff --path-as-is';

export function renderCurl(request: SnippetRequest): string {
  const { url, fields, body, bearer, socketPath } = request;
  return joinLines([
    ['curl', AS_IT_IS, ...renderMethod(request), quoteForShell(url)].join(' '),
    ...(socketPath === undefined ? [] : [`--unix-socket ${quoteForShell(socketPath)}`]),
    ...fields.map(([name, value]) => `-H ${quoteForShell(value === '' ? `${name};` : `${name}: ${value}`, 'latin1')}`),
    ...(bearer === undefined ? [] : [`-H "Authorization: Bearer $${bearer}"`]),
    // Without a type curl would name one.
    ...(body === undefined || hasField(request, 'content-type') ? [] : ["-H 'content-type:'"]),
    ...(body === undefined ? [] : [`--data-raw ${quoteForShell(body)}`]),
  ]);
}

function renderMethod({ method, body }: SnippetRequest): string[] {
  if (method === 'HEAD' && body === undefined) return ['--head'];
  return method === (body === undefined ? 'GET' : 'POST') ? [] : ['-X', method];
}
