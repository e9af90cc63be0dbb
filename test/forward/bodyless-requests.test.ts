import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { BY_HAND, startUpstream } from '../support/upstream.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const framings: [string, string[]][] = [
  ['no length at all', []],
  ['Content-Length: 0', ['Content-Length: 0']],
];
const rows = METHODS.flatMap((method) => framings.map(([name, lines]) => [method, name, lines] as const));

describe('Content-Type: application/json without a body', () => {
  test.each(rows)('works for %s with %s', async (method, _, lines) => {
    const upstream = await startUpstream(BY_HAND);
    const proxy = await startTestProxy(upstream);
    const request = [`${method} /api/v1/x HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', ...lines];

    const answering = askRaw(proxy.port, ...request);
    const arrived = await upstream.next();
    const body = await readAll(arrived.request);
    arrived.response.writeHead(202).end();

    expect((await answering).status).toBe(202);
    expect(body).toBe('');
    expect(arrived.request.headers['content-type']).toBe('application/json');
    expect(arrived.request.headers['content-length'] ?? '0').toBe('0');
    expect(arrived.request.headers['transfer-encoding']).toBeUndefined();
  });
});

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString('latin1');
  return text;
}
