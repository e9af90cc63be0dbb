import { renderCommand } from '../text/shell.ts';

/** A call of the demo and its command line. */
export interface Stop {
  readonly title: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly command: string;
}

/** Calls that work with the initial data of every sandbox. */
export function planTour(address: string, project: string): readonly Stop[] {
  const media = `${address}/api/v1/projects/${project}/media`;
  const stop = (title: string, method: Stop['method'], url: string): Stop => {
    const command = renderCommand(['curl', ...(method === 'GET' ? [] : ['-X', method]), url]);
    return { title, method, url, command };
  };
  return [
    stop('list the first two assets', 'GET', `${media}/assets?$top=2`),
    stop('read one asset', 'GET', `${media}/assets/output-video`),
    stop('start the default streaming endpoint', 'POST', `${media}/streamingEndpoints/default/start`),
  ];
}

export function renderTour(stops: readonly Stop[], { address, admin }: Place): string {
  const lines = stops.map(({ title, command }) => `    # ${title}\n    ${command}`).join('\n');
  return `
  mkio-proxy demo: a stand-in for MK.IO behind a real proxy

  proxy   ${address}
  admin   ${admin ?? 'off'}${admin === undefined ? '' : '  (open it in a browser to see the traffic)'}

  No token needed: the proxy adds its own. Copy and paste:

${lines}

  stop    Ctrl-C

`;
}

interface Place {
  readonly address: string;
  readonly admin: string | undefined;
}

const SHOWN_LINES = 12;

/** Renders a call and its answer for `demo --once`. */
export function renderVisit({ command }: Stop, status: number, body: string): string {
  const lines = body === '' ? ['(empty body)'] : indentJson(body).split('\n');
  const shown = lines.length > SHOWN_LINES ? [...lines.slice(0, SHOWN_LINES), '…'] : lines;
  return `$ ${command}\n${status}\n${shown.join('\n')}\n\n`;
}

function indentJson(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
