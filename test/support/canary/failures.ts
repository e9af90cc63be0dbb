import { createAuthority } from '../certificates.ts';
import type { Drive } from './world.ts';
import { startRawUpstream, startTlsUpstream } from '../upstream.ts';

/** Upstreams that break, with as much of the request in their last words as they like. */
export const FAILURES: readonly Drive[] = [
  {
    name: 'an upstream that does not speak HTTP, closes, truncates or never answers',
    commands: ['start'],
    codes: ['UPSTREAM_INVALID', 'UPSTREAM_RESET', 'UPSTREAM_TIMEOUT'],
    drive: async (world) => {
      const { token } = world;
      const words: Readonly<Record<string, string>> = {
        garbage: `${token}\r\n\r\n`,
        status: `HTTP/1.1 ${token}\r\n\r\n`,
        folded: `HTTP/1.1 200 OK\r\nX-A: b\r\n ${token}\r\n\r\n`,
        name: `HTTP/1.1 200 OK\r\n${token} : x\r\n\r\n`,
        length: `HTTP/1.1 200 OK\r\nContent-Length: ${token}\r\n\r\n`,
        lengths: `HTTP/1.1 200 ${token}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
        coding: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${token}\r\n`,
        upgraded: `HTTP/1.1 101 ${token}\r\nConnection: upgrade\r\nUpgrade: ${token}\r\n\r\n${token}`,
        extra: `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n${token}`,
        large: `HTTP/1.1 200 OK\r\nX-A: ${token.repeat(200)}\r\n\r\n`,
      };
      const upstream = await startRawUpstream((socket, _, chunk) => {
        const [, place = ''] = /^GET \/api\/v1\/(\w+)/.exec(chunk.toString('latin1')) ?? [];
        if (place === 'reset') socket.resetAndDestroy();
        else if (place === 'end') socket.end();
        else if (place !== 'silence') socket.end(words[place] ?? '', 'latin1');
      });
      const env = { MKIO_BASE_URL: upstream.origin, MKIO_PROXY_HEADERS_TIMEOUT: '300ms' };
      const program = await world.start({ env });
      for (const place of [...Object.keys(words), 'reset', 'end', 'silence']) {
        await world.ask(program, `GET /api/v1/${place}?q=${token} HTTP/1.1`, 'Host: localhost');
      }
    },
  },
  {
    name: 'an unreachable or untrusted upstream',
    commands: ['start', 'check'],
    codes: ['UPSTREAM_UNREACHABLE', 'UPSTREAM_UNTRUSTED', 'UPSTREAM_INVALID'],
    drive: async (world) => {
      const impostor = await startTlsUpstream(await createAuthority());
      const plain = await world.serve();
      const origins = ['http://127.0.0.1:9', impostor.origin, `https://127.0.0.1:${plain.port}`];
      for (const origin of origins) {
        const env = { MKIO_BASE_URL: origin };
        const program = await world.start({ env });
        await world.ask(program, `GET /api/v1/x?q=${world.token} HTTP/1.1`, 'Host: localhost');
        await world.run(['check', '--json'], { env });
      }
    },
  },
];
