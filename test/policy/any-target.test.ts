import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Target } from '../../src/policy/target.ts';
import { resolveTarget } from '../../src/policy/target.ts';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

// Characters that break paths are frequent, other printable ASCII is rare.
const PIECES = [
  '/',
  '.',
  '..',
  '%2e',
  '%2E',
  '%252e',
  ';',
  '%3b',
  '%2f',
  '%5c',
  '%00',
  '%0a',
  '\\',
  '?',
  '#',
  '%',
  'api',
];
const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const target = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), printable), { maxLength: 12 })
  .map((pieces) => `/api/v1${pieces.join('')}`);

const form = fc.constantFrom('', '', 'http://localhost', 'HTTP://127.0.0.1:80');
const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'DELETE');

test('any target of printable bytes arrives unchanged or is refused', async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy(upstream);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask = async (asked: string, path: string): Promise<number | undefined> =>
    await new Promise((resolve, reject) => {
      request({ agent, host: '127.0.0.1', port: proxy.port, method: asked, path }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end();
    });

  await fc.assert(
    fc.asyncProperty(method, form, target, async (asked, start, path) => {
      const before = upstream.seen.length;
      const status = await ask(asked, start + path);
      const arrived = upstream.seen.slice(before);

      expect([200, 400, 403, 404]).toContain(status);
      expect(arrived.map((seen) => [seen.method, seen.url])).toEqual(status === 200 ? [[asked, path]] : []);
      for (const { url } of arrived) expect(normalize(url)).toMatch(/^\/api\/v1(?:\/|$)/);
    }),
    { numRuns: 1000 },
  );
});

test('a valid target is the received text, below the prefix and frozen', () => {
  const text = fc.oneof(
    target,
    fc.string({ unit: 'binary' }).map((end) => `/api/v1/${end}`),
  );
  const isTarget = (pathAndQuery: string): boolean => {
    const resolved = readTarget(pathAndQuery);
    if (resolved === undefined) return false;
    expect(resolved.path + resolved.query).toBe(pathAndQuery);
    expect(pathAndQuery).toMatch(/^\/api\/v1(?:[/?][!-~]*)?$/);
    expect(Object.isFrozen(resolved)).toBe(true);
    return true;
  };
  const found = fc.sample(text, 5_000).filter(isTarget);
  expect(found.length).toBeGreaterThan(500);
});

function readTarget(pathAndQuery: string): Target | undefined {
  try {
    return resolveTarget({ authority: 'localhost', pathAndQuery }, ['/api/v1']);
  } catch {
    return undefined;
  }
}

/** The path after full normalisation: decoded twice, backslashes as slashes, dot segments resolved. */
function normalize(url: string): string {
  const [path = ''] = url.split('?');
  const decoded = decode(decode(path))
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '');
  return new URL(`http://upstream${decoded.replaceAll(/[?#]/g, '_')}`).pathname;
}

function decode(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
