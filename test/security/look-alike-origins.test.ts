// The attack: a careless comparison takes the page's origin for a loopback one, by its start, its end, its user name
// or a second Origin line. The proxy compares the whole Origin and accepts only one.
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
  ['an invalid port', ['Origin: http://localhost:evil.example']],
  ['port 0', ['Origin: http://localhost:0']],
  ['a port beyond 16 bits', ['Origin: http://localhost:99999']],
  ['another scheme', ['Origin: ftp://localhost']],
  ['no scheme', ['Origin: localhost']],
  ['an address in another notation', ['Origin: http://2130706433']],
  ['a wildcard address', ['Origin: http://0.0.0.0:3000']],
  ['a list', ['Origin: http://localhost:3000 https://evil.example']],
  ['two lines', ['Origin: http://localhost:3000', 'Origin: https://evil.example']],
  ['two lines in reverse order', ['Origin: https://evil.example', 'Origin: http://localhost:3000']],
  ['a name that starts like an allowed one', ['Origin: https://app.example.com.evil.example']],
  ['an allowed one with another port', ['Origin: https://app.example.com:8443']],
  ['an allowed one over plain HTTP', ['Origin: http://app.example.com']],
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
