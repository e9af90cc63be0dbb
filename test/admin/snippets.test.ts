import { execFile } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field, RepeatableRequest } from '../../src/admin/repeatable-request.ts';
import type { Destination, LanguageName } from '../../src/admin/snippets/snippets.ts';
import { LANGUAGES, renderSnippet } from '../../src/admin/snippets/snippets.ts';
import { createFolder } from '../support/folder.ts';
import { listen } from '../support/upstream.ts';

const run = promisify(execFile);
const NAMES = Object.keys(LANGUAGES) as LanguageName[];
const TOKEN = "the token $HOME 'x'";
const ENV = { PATH: process.env.PATH, HOME: '/nonexistent', MKIO_TOKEN: TOKEN };

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A request that a snippet sent. */
async function serve() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      response.end();
    });
  });
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin, received, close };
}

const NASTY = [
  ...`'"$\`!\\%@#&|;<>(){}[]*?~^=:,./- aZ0`.split(''),
  ...[
    '$(touch pwned)',
    '`touch pwned`',
    "'; touch pwned; '",
    '!!',
    '${HOME}',
    '%s',
    '\\n',
    '\\u0041',
    '{{',
    "'''",
    '"""',
  ],
];
const UNSEEN = [
  '\n',
  '\r',
  '\t',
  '\x1b',
  '\x1b[201~\ntouch pwned\n',
  '\x07',
  '\x7f',
  '\u0085',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u2028',
  '\ufeff',
];
const UNICODE = ['é', '“', '日', '🙂', 'a\u0301', '\u{e0001}'];
const text = (units: readonly string[]) =>
  fc.array(fc.constantFrom(...units), { maxLength: 12 }).map((parts) => parts.join(''));

const bodies = text([...NASTY, ...UNSEEN, ...UNICODE]);
const values = text([...NASTY, 'é', '\x80', '\x9b', '\xff']).map((value) => value.trim());
const paths = text([...`'"$\`!@&|;()[]{}*~^=:,<>-_a0`.split(''), '%20', '%27', '%C3%A9', '$(id)', '?']).map(
  (path) => `/api/v1/x${path}`,
);

const requestParts = fc.record({
  path: paths,
  value: values,
  type: fc.constantFrom('application/json', 'text/plain; charset="utf-8"', undefined),
  body: fc.option(bodies, { nil: undefined }),
  withBody: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
  without: fc.constantFrom('GET', 'HEAD', 'DELETE', 'OPTIONS'),
});
const requests: fc.Arbitrary<RepeatableRequest> = requestParts.map(
  ({ path, value, type, body, withBody, without }) => ({
    method: body === undefined ? without : withBody,
    target: path,
    fields: [['x-ms-useragent', value], ...(type === undefined ? [] : [['Content-Type', type] satisfies Field])],
    leftOut: [],
    maskedFields: 0,
    body,
    gaps: new Map(),
  }),
);
const fieldOf = ({ fields }: RepeatableRequest, name: string): string | undefined =>
  fields.find(([written]) => written.toLowerCase() === name)?.[1];

const DIRECT: Omit<Destination, 'origin'> = { bearer: undefined, socketPath: undefined };

function expectArrived(
  repeatable: RepeatableRequest,
  got: Received | undefined,
  readTarget: (url: string) => string,
): void {
  expect(got?.method).toBe(repeatable.method);
  expect(readTarget(got?.url ?? '')).toBe(readTarget(repeatable.target));
  expect(got?.body).toBe(repeatable.body ?? '');
  expect(got?.headers['x-ms-useragent']).toBe(fieldOf(repeatable, 'x-ms-useragent'));
  expect(got?.headers['content-type']).toBe(fieldOf(repeatable, 'content-type'));
}

const asIs = (url: string): string => url;
const asUrl = (url: string): string => {
  const { pathname, search } = new URL(url, 'http://localhost');
  return pathname + search;
};

/** The package `requests` encodes some characters differently and drops an empty query. */
const asDecoded = (url: string): string => decodeURIComponent(url).replace(/\?$/, '');

/** A stand-in for machines without the package: last in the module path. */
const STAND_IN = `
import http.client
from urllib.parse import urlsplit

def request(method, url, headers={}, data=None):
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.putrequest(method, "/" + url.split("/", 3)[3], skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value.encode("latin-1"))
    if data is not None:
        connection.putheader("content-length", str(len(data)))
    connection.endheaders(data)
    response = connection.getresponse()
    response.status_code, response.text = response.status, response.read()
    return response
`;

describe('a snippet repeats any request exactly:', () => {
  test('curl, run by a shell', { tags: 'curl' }, async () => {
    const { origin, received, close } = await serve();
    const cwd = createFolder();
    await fc.assert(
      fc.asyncProperty(requests, async (repeatable) => {
        const snippet = renderSnippet('curl', repeatable, { origin, ...DIRECT });
        const { stderr } = await run('sh', ['-c', snippet], { cwd, env: ENV, timeout: 5_000 });
        expect(stderr).not.toMatch(/curl:|sh:/);
        expectArrived(repeatable, received.at(-1), asIs);
      }),
      { numRuns: 60 },
    );
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
    close();
  });

  test('HTTPie, by the words that a shell passes to it', async () => {
    const program = '#!/bin/sh\nfor word in "$@"; do printf \'%s\\0\' "$word"; done\n';
    const cwd = createFolder({ http: program });
    chmodSync(join(cwd, 'http'), 0o700);
    const env = { ...ENV, PATH: `${cwd}${delimiter}${ENV.PATH}` };
    await fc.assert(
      fc.asyncProperty(requests, async (repeatable) => {
        const snippet = renderSnippet('httpie', repeatable, { origin: 'http://localhost:1', ...DIRECT });
        const { stdout } = await run('sh', ['-c', snippet], { cwd, env, encoding: 'buffer' });
        const value = fieldOf(repeatable, 'x-ms-useragent') ?? '';
        const type = fieldOf(repeatable, 'content-type');
        const words = [
          ...['--ignore-stdin', repeatable.method, `http://localhost:1${repeatable.target}`],
          ...(/\\[:;=@]/.test(value) ? [] : [value === '' ? 'x-ms-useragent;' : `x-ms-useragent: ${value}`]),
          ...(type === undefined ? [] : [`Content-Type: ${type}`]),
          ...(type === undefined && repeatable.body !== undefined ? ['content-type:'] : []),
        ].map((word) => Buffer.from(word, 'latin1'));
        if (repeatable.body !== undefined) words.push(Buffer.from(`--raw=${repeatable.body}`));
        expect(stdout.toString('latin1').split('\0').slice(0, -1)).toEqual(
          words.map((word) => word.toString('latin1')),
        );
      }),
      { numRuns: 60 },
    );
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  test('fetch', async () => {
    const { origin, received, close } = await serve();
    await fc.assert(
      fc.asyncProperty(requests, async (repeatable) => {
        await runScript(renderSnippet('fetch', repeatable, { origin, ...DIRECT }));
        expectArrived(repeatable, received.at(-1), asUrl);
      }),
      { numRuns: 200 },
    );
    close();
  });

  test('python', { tags: 'python' }, async () => {
    const { origin, received, close } = await serve();
    const cwd = createFolder({ 'requests.py': STAND_IN });
    const cases = fc.sample(requests, 120);
    cases.forEach((repeatable, i) =>
      writeFileSync(join(cwd, `${i}.py`), renderSnippet('python', repeatable, { origin, ...DIRECT })),
    );
    const all = `import sys; sys.path.append(sys.path.pop(0))\nfor i in range(${cases.length}): exec(open(f"{i}.py", encoding="utf-8").read())`;
    await run('python3', ['-c', all], { cwd, env: { ...ENV, HOME: process.env.HOME } });
    for (const [i, repeatable] of cases.entries()) expectArrived(repeatable, received[i], asDecoded);
    close();
  });
});

/** Runs the text as a module. */
async function runScript(source: string): Promise<void> {
  const AsyncFunction = runScript.constructor as new (...words: string[]) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction('console', 'process', source)({ log: () => undefined }, { env: ENV });
}

test('no snippet holds terminal escapes or invisible characters', () => {
  fc.assert(
    fc.property(requests, fc.constantFrom(...NAMES), (repeatable, name) => {
      const snippet = renderSnippet(name, repeatable, { origin: 'http://localhost', ...DIRECT });
      expect(snippet.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

describe('to MK.IO, the token comes from the environment:', () => {
  const repeatable: RepeatableRequest = {
    method: 'GET',
    target: '/api/v1/projects',
    fields: [],
    leftOut: [],
    maskedFields: 0,
    body: undefined,
    gaps: new Map(),
  };

  test('curl, fetch and python', { tags: ['curl', 'python'] }, async () => {
    const { origin, received, close } = await serve();
    const snippets = NAMES.map((name) =>
      renderSnippet(name, repeatable, { origin, bearer: 'MKIO_TOKEN', socketPath: undefined }),
    );
    const [curl = '', script = '', httpie = '', python = ''] = snippets;
    await run('sh', ['-c', curl], { env: ENV });
    await runScript(script);
    const cwd = createFolder({ 'requests.py': STAND_IN });
    await run('python3', ['-c', `import sys; sys.path.append(sys.path.pop(0))\n${python}`], {
      cwd,
      env: { ...ENV, HOME: process.env.HOME },
    });
    expect(received.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 3 }, () => `Bearer ${TOKEN}`),
    );
    expect(httpie).toContain('"Authorization: Bearer $MKIO_TOKEN"');
    close();
  });
});

test.each([
  ['a HEAD without a body', { method: 'HEAD' }, 'curl', '--head'],
  ['an absolute-form target', { target: 'http://evil.example/api/v1?x' }, 'curl', "'http://localhost/api/v1?x'"],
  ['a target that is not a valid URL', { target: '/a b\\c#d\xe9' }, 'fetch', '"http://localhost/a%20b%5Cc%23d%C3%A9"'],
  ['a target that is not a path', { target: '*' }, 'python', '"http://localhost/*"'],
  ['a body that fetch does not send', { method: 'GET', body: 'x' }, 'fetch', '// fetch sends no body'],
  [
    'a truncated body',
    { gaps: new Map([['body', 'the body was cut']]) },
    'python',
    '# Not as it was: the body was cut.',
  ],
  ['a masked header', { maskedFields: 1 }, 'fetch', '// Not as it was: a header is left out, as its value was'],
  ['masked headers', { maskedFields: 2 }, 'curl', '# Not as it was: 2 headers are left out, as their values'],
  [
    'repeated header lines',
    {
      fields: [
        ['a', '1'],
        ['A', '2'],
      ],
    },
    'python',
    '"a": "1, 2"',
  ],
  ['header lines that curl would drop', { fields: [['a', '']] }, 'curl', "-H 'a;'"],
] as const)('a snippet handles %s', (_, over, name, part) => {
  const whole = {
    method: 'GET',
    target: '/',
    fields: [],
    leftOut: [],
    maskedFields: 0,
    body: undefined,
    gaps: new Map(),
    ...over,
  };
  expect(
    renderSnippet(name, whole as unknown as RepeatableRequest, { origin: 'http://localhost', ...DIRECT }),
  ).toContain(part);
});
