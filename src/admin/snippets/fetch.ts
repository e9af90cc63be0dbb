import type { SnippetRequest } from './snippet-request.ts';
import { combineFields, hasField } from './snippet-request.ts';
import { quoteLiteral } from '../../text/unseen.ts';

const quote = (text: string): string => quoteLiteral(text, (hex) => `\\u{${hex}}`);

export function renderFetch(request: SnippetRequest): string {
  const { method, url, bearer } = request;
  const headers = [
    ...[...combineFields(request)].map(([name, value]) => `${quote(name)}: ${quote(value)}`),
    ...(bearer === undefined ? [] : [`"authorization": \`Bearer \${${['process', 'env', bearer].join('.')}}\``]),
  ];
  const options = [
    `method: ${quote(method)}`,
    ...(headers.length === 0 ? [] : [`headers: {\n${headers.map((line) => `    ${line},\n`).join('')}  }`]),
    ...renderBody(request),
  ];
  return [
    ...(refusesBody(request) ? ['// fetch sends no body with this method.'] : []),
    `const response = await fetch(${quote(url)}, {`,
    ...options.map((option) => `  ${option},`),
    '});',
    'console.log(response.status, await response.text());',
  ].join('\n');
}

/** fetch adds a Content-Type to a string body, but not to bytes. */
function renderBody(request: SnippetRequest): string[] {
  if (request.body === undefined || refusesBody(request)) return [];
  const text = quote(request.body);
  return [`body: ${hasField(request, 'content-type') ? text : `new TextEncoder().encode(${text})`}`];
}

const refusesBody = ({ method, body }: SnippetRequest): boolean =>
  body !== undefined && (method === 'GET' || method === 'HEAD');
