import type { SnippetRequest } from './snippet-request.ts';
import { combineFields } from './snippet-request.ts';
import { quoteLiteral } from '../../text/unseen.ts';

const quote = (text: string): string => quoteLiteral(text, (hex) => `\\U${hex.padStart(8, '0')}`);

/** Uses the package `requests`. */
export function renderPython(request: SnippetRequest): string {
  const { method, url, body, bearer } = request;
  const headers = [
    ...[...combineFields(request)].map(([name, value]) => `${quote(name)}: ${quote(value)}`),
    ...(bearer === undefined ? [] : [`"authorization": f"Bearer {os.environ['${bearer}']}"`]),
  ];
  return [
    ...(bearer === undefined ? [] : ['import os']),
    'import requests',
    '',
    'response = requests.request(',
    `    ${quote(method)},`,
    `    ${quote(url)},`,
    ...(headers.length === 0 ? [] : ['    headers={', ...headers.map((line) => `        ${line},`), '    },']),
    ...(body === undefined ? [] : [`    data=${quote(body)}.encode(),`]),
    ')',
    'print(response.status_code, response.text)',
  ].join('\n');
}
