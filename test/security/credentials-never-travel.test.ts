// The attack: a caller adds its own credential, to act as somebody else or to override the proxy's token.
// The proxy forwards no credentials of callers.
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { TOKEN, startTestProxy } from '../support/proxy.ts';
import { askRaw, openRaw } from '../support/raw.ts';
import { BY_HAND, startAnswering, startUpstream } from '../support/upstream.ts';

const credentials: [string, string[]][] = [
  ['Authorization', ['Authorization: Bearer CANARY']],
  ['Authorization in odd case', ['aUTHORIZATION: Bearer CANARY']],
  [
    'Authorization several times',
    ['Authorization: Bearer CANARY', 'authorization: Basic CANARY', 'AUTHORIZATION: CANARY'],
  ],
  ['Authorization with another scheme', ['Authorization: Basic Q0FOQVJZOkNBTkFSWQ==']],
  ['Proxy-Authorization', ['Proxy-Authorization: Basic CANARY']],
  ['Cookie', ['Cookie: session=CANARY']],
  ['Cookie several times', ['Cookie: a=CANARY', 'cookie: b=CANARY']],
  ['Cookie2', ['Cookie2: CANARY']],
  ['x-mkio-token', ['x-mkio-token: CANARY']],
  ['x-mkio-token in odd case', ['X-MKIO-Token: CANARY']],
  ['x-mkio-api-key', ['x-mkio-api-key: CANARY']],
  ['X-Api-Key', ['X-Api-Key: CANARY']],
  ['Ocp-Apim-Subscription-Key', ['Ocp-Apim-Subscription-Key: CANARY']],
  ['X-Auth-Token', ['X-Auth-Token: CANARY']],
  ['X-Authorization', ['X-Authorization: CANARY']],
  [
    'other names for credentials',
    ['x-mkio-apikey: CANARY', 'x-mkio-bearer: CANARY', 'x-ms-accesstoken: CANARY', 'x-ms-saskey: CANARY'],
  ],
  ['those of Azure App Service', ['x-ms-token-aad-access-token: CANARY', 'x-ms-token-aad-id-token: CANARY']],
  ['those of a user signed in to Azure', ['x-ms-client-principal: CANARY', 'x-ms-client-principal-id: CANARY']],
  ["Azure's own of the resource manager", ['x-ms-authorization-auxiliary: Bearer CANARY']],
  ['those of Azure Storage', ['x-ms-copy-source-authorization: Bearer CANARY', 'x-ms-encryption-key: CANARY']],
];

describe("a caller's own credential is dropped without an error", () => {
  test.each(credentials)('%s', async (_, lines) => {
    const { answer, received } = await askWith(lines);

    expect(answer.status).toBe(200);
    expect(received).not.toContain('CANARY');
    expect(received).not.toContain('Q0FOQVJZ');
    expect(received.match(/^authorization: .*$/gim)).toEqual([`authorization: Bearer ${TOKEN}`]);
  });

  test('all of them at once', async () => {
    const { answer, received } = await askWith(credentials.flatMap(([, lines]) => lines));

    expect(answer.status).toBe(200);
    expect(received).not.toContain('CANARY');
    expect(received.match(/^(?:proxy-)?authorization: .*$/gim)).toEqual([`authorization: Bearer ${TOKEN}`]);
  });
});

test('a credential in a trailer is dropped, too', async () => {
  const upstream = await startUpstream(BY_HAND);
  const proxy = await startTestProxy(upstream);
  const caller = await openRaw(proxy.port);

  caller.write(
    'PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n',
  );
  caller.write('1\r\nx\r\n');
  const { request, response } = await upstream.next();
  caller.write('0\r\nAuthorization: Bearer CANARY\r\nCookie: CANARY\r\n\r\n');
  await once(request.resume(), 'end');
  response.end();
  const [answer] = await caller.answers(1);

  expect(answer?.status).toBe(200);
  expect([...request.rawHeaders, ...request.rawTrailers].join()).not.toContain('CANARY');
});

async function askWith(lines: readonly string[]) {
  const upstream = await startAnswering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  const proxy = await startTestProxy(upstream);
  const answer = await askRaw(proxy.port, 'PUT /api/v1/x HTTP/1.1', 'Host: localhost', ...lines);
  return { answer, received: upstream.received.join('') };
}
