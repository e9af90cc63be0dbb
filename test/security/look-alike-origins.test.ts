// The attack: a page whose origin a careless comparison takes for a loopback one, by its beginning, its end, its user name
// or a second Origin beside the first. An Origin is compared whole, and there is one.
import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { askRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstream.ts';

const lookAlikes: [string, string[]][] = [
  ['a name that begins like loopback', ['Origin: http://localhost.evil.example']],
  ['a name that begins like an address', ['Origin: http://127.0.0.1.nip.io']],
  ['a name that ends like loopback', ['Origin: http://evil-localhost']],
  ['a user name', ['Origin: http://localhost@evil.example']],
  ['a path', ['Origin: http://evil.example/localhost']],
  ['a port that is none', ['Origin: http://localhost:evil.example']],
  ['another scheme', ['Origin: ftp://localhost']],
  ['no scheme', ['Origin: localhost']],
  ['an address in another notation', ['Origin: http://2130706433']],
  ['a wildcard address', ['Origin: http://0.0.0.0:3000']],
  ['a list', ['Origin: http://localhost:3000 https://evil.example']],
  ['two lines', ['Origin: http://localhost:3000', 'Origin: https://evil.example']],
  ['two lines, turned', ['Origin: https://evil.example', 'Origin: http://localhost:3000']],
  ['what begins like a listed one', ['Origin: https://app.example.com.evil.example']],
  ['a listed one with another port', ['Origin: https://app.example.com:8443']],
  ['a listed one over plain HTTP', ['Origin: http://app.example.com']],
];

describe('an Origin that only looks like an allowed one is answered 403 ORIGIN_REFUSED', () => {
  test.each(lookAlikes)('%s', async (_, lines) => {
    const upstream = await startUpstream();
    const allowedOrigins = ['https://app.example.com'];
    const proxy = await startTestProxy({ ...upstream, access: { allowedOrigins } });

    const answer = await askRaw(proxy.port, 'GET /api/v1/x HTTP/1.1', 'Host: localhost', ...lines);

    expect([answer.status, answer.field('x-mkio-proxy-error')]).toEqual([403, 'ORIGIN_REFUSED']);
    expect(answer.lines.filter((line) => /^access-control-/i.test(line))).toEqual([]);
    expect(upstream.seen).toEqual([]);
  });
});
