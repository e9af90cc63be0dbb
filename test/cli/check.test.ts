import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { generateKeyPair, SignJWT } from 'jose';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { createAuthority } from '../support/certificates.ts';
import type { CliResult } from '../support/cli.ts';
import { runCli } from '../support/cli.ts';
import { runCommand } from '../support/command.ts';
import { createFolder } from '../support/folder.ts';
import { forgeJwt } from '../support/jwt.ts';
import { BY_HAND, startTlsUpstream, startUpstream } from '../support/upstream.ts';
import { runShell } from '../support/program.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

type Env = Readonly<Record<string, string>>;

interface JsonReport {
  readonly ok: boolean;
  readonly exit: number;
  readonly settings: Readonly<Record<string, { readonly text?: string; readonly origin: string }>>;
  readonly findings: readonly {
    readonly status: string;
    readonly what: string;
    readonly detail: string;
    readonly hint?: string;
    readonly call?: string;
    readonly exit: number;
  }[];
}

const PROJECT_ID = '5c6d7e8f-0000-4000-8000-000000000002';
const JWT_OF_NOBODY = forgeJwt({ jti: 'x', exp: 4102444800 });
const OTHER_ID = '5c6d7e8f-0000-4000-8000-000000000009';

let sandbox: Sandbox;
let env: Env;

beforeAll(async () => {
  sandbox = await startSandbox();
  env = { MKIO_TOKEN: sandbox.token, MKIO_BASE_URL: sandbox.origin, MKIO_PROJECT: sandbox.project };
});
afterAll(() => sandbox.close());

const run = (all: Env, ...args: readonly string[]): Promise<CliResult> =>
  runCommand(['check', ...args], { env: all, cwd: createFolder() });
/** In a process of its own, which alone reads NODE_EXTRA_CA_CERTS. */
const runProcess = (all: Env, ...args: readonly string[]): Promise<CliResult> =>
  runCli(['check', ...args], { env: { ...env, ...all }, cwd: createFolder() });
const check = (extra: Env = {}, ...args: readonly string[]): Promise<CliResult> => run({ ...env, ...extra }, ...args);
const without = (name: string): Env => Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));

async function checkJson(extra: Env = {}) {
  const { code, stdout } = await check(extra, '--json');
  const report = JSON.parse(stdout) as JsonReport;
  const found = (what: string) => report.findings.find((finding) => finding.what === what);
  return { code, report, found };
}

async function mintFor(projectId: string, ...verbs: string[]): Promise<string> {
  const permissions = { 'core.project': { [projectId]: { 'ams.asset': verbs } } };
  return (await sandbox.mintToken({ type: 'restricted', permissions })).token;
}

describe('check', () => {
  test('shows each fact in one line and exits with code 0 without problems, and never shows the token', async () => {
    const { code, stdout, stderr } = await runProcess({ MKIO_TOKEN: await mintFor(PROJECT_ID, 'get') });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}MKIO_TOKEN +set \(\d+ characters\) +environment$/m);
    const lines = stdout.slice(stdout.indexOf('Checks\n')).split('\n');
    const facts = [
      /^ {2}✓ settings {6}set: MKIO_TOKEN, MKIO_PROJECT, MKIO_BASE_URL$/,
      /^ {2}✓ token-source {2}MKIO_TOKEN \(environment\)$/,
      /^ {2}✓ token {9}JWT, alg RS256, kid \d+, jti [\w-]{36}, hash [\da-f]{8}$/,
      /^ {2}✓ expiry {8}\d{4}-\d\d-\d\d, 36\d days left$/,
      /^ {2}✓ dns {11}127\.0\.0\.1 is an address$/,
      /^ {2}✓ tls {11}none \(loopback\)$/,
      /^ {2}✓ ready {9}GET \/api\/ready 200$/,
      /^ {2}✓ round-trip {4}\d+ ms, connecting included$/,
      /^ {2}✓ clock {9}within \d s of MK\.IO's$/,
      /^ {2}✓ revocation {4}not revoked$/,
      /^ {2}✓ signature {5}verified by a key of MK\.IO$/,
      /^ {2}✓ profile {7}Ada Example <ada@example\.com>$/,
      /^ {2}✓ token-type {4}restricted: ams\.asset get in 5c6d7e8f-0000-4000-8000-000000000002$/,
      /^ {2}✓ organization {2}Example Media \(0a1b2c3d-0000-4000-8000-000000000001\)$/,
      /^ {2}✓ project {7}demo-project, "Demo", active$/,
      /^ {2}✓ rights {8}ams\.asset get$/,
      /^ {2}✓ advice {8}none$/,
    ];
    expect(lines.slice(1, facts.length + 1).filter((line, i) => !facts[i]?.test(line))).toEqual([]);
    expect(lines.slice(facts.length + 1)).toEqual(['', 'exit code 0', '']);
    expect(stdout).not.toContain('eyJ');
  });

  test('reads public documents without the token', async () => {
    const from = sandbox.requests.length;
    await check();
    const asked = sandbox.requests.slice(from).map(({ url, headers }) => [url, headers.authorization !== undefined]);
    expect(asked).toEqual([
      ['/api/ready', false],
      ['/.well-known/revoked.json', false],
      ['/.well-known/jwks.json', false],
      ['/api/v1/user/profile', true],
      [expect.stringMatching(/^\/api\/v1\/user\/tokens\/[\w-]{36}$/), true],
      ['/api/v1/user/organizations/0a1b2c3d-0000-4000-8000-000000000001', true],
      ['/api/v1/projects/demo-project', true],
      ['/api/v1/user/rbac', true],
    ]);
  });

  test('ignores the limits and rules for callers', async () => {
    const limits = { MKIO_PROXY_MAX_CONNECTIONS: '1', MKIO_PROXY_PREFIXES: '/api/ams', MKIO_PROXY_MAX_EXCHANGES: '1' };
    expect((await check(limits)).code).toBe(0);
  });

  test('warns of settings that loosen a default', async () => {
    const { code, stdout } = await check({ MKIO_PROXY_POLICY: 'open' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}! settings +.*MKIO_PROXY_POLICY/m);
  });
});

describe('The token of check', () => {
  test('can come from a file, and its permissions are shown', async () => {
    const path = join(createFolder(), 'token');
    writeFileSync(path, sandbox.token, { mode: 0o600 });
    const { code, stdout } = await run({ ...without('MKIO_TOKEN'), MKIO_TOKEN_FILE: path });
    expect(code).toBe(0);
    expect(stdout).toContain(`✓ token-source  MKIO_TOKEN_FILE ${path} (environment), mode 0600\n`);
  });

  test('gives a warning with a remedy if other users can read its file', async () => {
    const path = join(createFolder(), 'token');
    writeFileSync(path, sandbox.token, { mode: 0o644 });
    const { code, stdout } = await run({ ...without('MKIO_TOKEN'), MKIO_TOKEN_FILE: path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}! token-source +.*, mode 0644$/m);
    expect(stdout).toContain(`chmod 600 ${path}`);
  });

  test.each([
    ['good', (token: string) => token, 0],
    ['refused', () => OPAQUE_TOKEN, 3],
    ['expired', () => forgeJwt({ jti: 'x', exp: 1 }), 3],
  ])('can come from a helper, which runs only once if the token is %s', async (_, printed, exit) => {
    const folder = createFolder({ token: printed(sandbox.token), runs: '' });
    const words = `sh -c "echo run >>'${folder}/runs'; cat '${folder}/token'"`;
    const { code } = await run({ ...without('MKIO_TOKEN'), MKIO_TOKEN_COMMAND: words });
    expect([code, readFileSync(join(folder, 'runs'), 'utf8')]).toEqual([exit, 'run\n']);
  });

  test('is missing if the helper fails, and the message of the helper is shown', async () => {
    const { code, stdout } = await run({
      ...without('MKIO_TOKEN'),
      MKIO_TOKEN_COMMAND: "sh -c 'echo vault is sealed >&2; exit 7'",
    });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ {2}✗ token-source .* ended with exit code 7: vault is sealed$/m);
  });

  test('may be opaque, and then only its hash is shown', async () => {
    const { origin } = await startUpstream(
      (_, response) => void response.end('{"spec":{"loginEmail":"ada@example.com"}}'),
    );
    const { stdout } = await check({ MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN });
    expect(stdout).toMatch(/^ {2}✓ token +opaque: not a JWT, hash [\da-f]{8}$/m);
    expect(stdout).toMatch(/^ {2}– revocation +not looked at: the token is opaque$/m);
    expect(stdout).toMatch(/^ {2}– signature +not looked at: the token is opaque$/m);
    expect(stdout).toMatch(/^ {2}✓ profile +<ada@example\.com>$/m);
    expect(stdout).toMatch(/^ {2}– token-type +not looked at: the token has no id to ask for$/m);
  });

  test('gives a warning if it expires soon', async () => {
    const { token } = await sandbox.mintToken({ lifetimeSeconds: 3 * 86_400 });
    const { code, stdout } = await check({ MKIO_TOKEN: token });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}! expiry +\d{4}-\d\d-\d\d, 2 days left$/m);
  });
});

describe('The exit code of check is', () => {
  const YESTERDAY = new Date(Date.now() - 86_400_000);
  const JWT = (): string => forgeJwt({ jti: 'x', exp: 4102444800 });

  const signByAnother = async (kid: string): Promise<string> => {
    const { privateKey } = await generateKeyPair('RS256');
    const jwt = new SignJWT({ jti: 'x' }).setProtectedHeader({ alg: 'RS256', kid }).setExpirationTime('1h');
    return await jwt.sign(privateKey);
  };
  const kidOf = (token: string): string =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
  const revokeOne = async (): Promise<Env> => {
    const { jti, token } = await sandbox.mintToken();
    sandbox.revoke(jti);
    return { MKIO_TOKEN: token };
  };
  const findClosedPort = async (): Promise<number> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    await new Promise((closed) => server.close(closed));
    return port;
  };
  const serveTls = async (names: readonly string[], notAfter?: Date): Promise<Env> => {
    const authority = await createAuthority();
    const certificate = await authority.issue({ names, ...(notAfter && { notAfter }) });
    const { origin } = await startTlsUpstream(certificate);
    return { MKIO_BASE_URL: origin, NODE_EXTRA_CA_CERTS: join(createFolder({ ca: authority.cert }), 'ca') };
  };

  const cases: [string, number, RegExp, () => Env | Promise<Env>][] = [
    ['no token', 3, /✗ token-source +TOKEN_UNAVAILABLE: /, () => ({ MKIO_TOKEN: '' })],
    [
      'an expired token',
      3,
      /✗ expiry +TOKEN_EXPIRED: it expired on 1970-/,
      () => ({ MKIO_TOKEN: forgeJwt({ exp: 1 }) }),
    ],
    ['a revoked token', 3, /✗ revocation +MK\.IO has revoked the token/, revokeOne],
    [
      'a token that names an unknown key',
      3,
      /✗ signature +the token names a key that MK\.IO does not publish/,
      () => ({ MKIO_TOKEN: JWT() }),
    ],
    [
      'a token with a signature of another key',
      3,
      /✗ signature +the token was not signed by the key of MK\.IO that it names/,
      async () => ({ MKIO_TOKEN: await signByAnother(kidOf(sandbox.token)) }),
    ],
    ['401', 3, /✗ profile +401 Token is not valid\./, () => ({ MKIO_TOKEN: OPAQUE_TOKEN })],
    [
      '403 on the project',
      3,
      /✗ project +demo-project: 403 The token has no access/,
      async () => ({ MKIO_TOKEN: await mintFor(OTHER_ID, 'get') }),
    ],
    ['404 on the project', 2, /✗ project +nope: 404 /, () => ({ MKIO_PROJECT: 'nope' })],
    [
      'a host name without an address',
      5,
      /✗ dns +UPSTREAM_UNREACHABLE: The host name/,
      () => ({ MKIO_BASE_URL: 'https://no-such-host.invalid' }),
    ],
    [
      'a refused connection',
      5,
      /✗ ready +UPSTREAM_UNREACHABLE: .* refused/,
      async () => ({ MKIO_BASE_URL: `http://127.0.0.1:${await findClosedPort()}` }),
    ],
    [
      'a refused connection over TLS',
      5,
      /✗ tls +UPSTREAM_UNREACHABLE: .* refused/,
      async () => ({ MKIO_BASE_URL: `https://127.0.0.1:${await findClosedPort()}` }),
    ],
    [
      'a certificate of an unknown authority',
      5,
      /✗ tls +UPSTREAM_UNTRUSTED: /,
      async () => ({ MKIO_BASE_URL: (await startTlsUpstream(await createAuthority())).origin }),
    ],
    ['a certificate for another name', 5, /✗ tls +UPSTREAM_UNTRUSTED: /, () => serveTls(['app.mk.io'])],
    ['an expired certificate', 5, /✗ tls +UPSTREAM_UNTRUSTED: /, () => serveTls(['localhost'], YESTERDAY)],
    [
      'no answer in time',
      5,
      /✗ ready +UPSTREAM_TIMEOUT: /,
      async () => ({ MKIO_BASE_URL: (await startUpstream(BY_HAND)).origin, MKIO_PROXY_HEADERS_TIMEOUT: '300ms' }),
    ],
    [
      'no handshake in time',
      5,
      /✗ tls +UPSTREAM_TIMEOUT: /,
      async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        server.unref();
        const { port } = server.address() as { readonly port: number };
        return { MKIO_BASE_URL: `https://127.0.0.1:${port}`, MKIO_PROXY_CONNECT_TIMEOUT: '300ms' };
      },
    ],
    [
      'an MK.IO that is not ready',
      5,
      /✗ ready +GET \/api\/ready 503/,
      async () => ({
        MKIO_BASE_URL: (await startUpstream((_, response) => void response.writeHead(503).end())).origin,
      }),
    ],
  ];

  test.each(cases)('for %s: %d', async (_, exit, line, arrange) => {
    const extra = await arrange();
    const { code, stdout } = await ('NODE_EXTRA_CA_CERTS' in extra ? runProcess : check)(extra);
    expect(stdout).toMatch(line);
    expect(code).toBe(exit);
    expect(stdout).toMatch(new RegExp(`\n\nexit code ${exit}\n$`));
    expect(stdout).not.toContain('eyJ');
  });

  test('0 with a warning if MK.IO is slow', async () => {
    let delayMs = 2_100;
    const pass = async ({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
      await delay(delayMs);
      delayMs = 0;
      const { authorization = '' } = headers;
      const answer = await fetch(`${sandbox.origin}${url}`, { headers: { authorization } });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    };
    const slow = await startUpstream((incoming, response) => void pass(incoming, response));
    const { code, stdout } = await check({ MKIO_BASE_URL: slow.origin, MKIO_TOKEN: sandbox.token });
    expect(stdout).toMatch(/^ {2}! round-trip +2\d\d\d ms/m);
    expect(code).toBe(0);
  });

  test('0 with warnings if MK.IO denies facts that the proxy does not require', async () => {
    const { origin } = await startUpstream(({ url = '' }, response) => {
      response.writeHead(/user\/(?:tokens|organizations|rbac)/.test(url) ? 403 : 200);
      response.end(JSON.stringify({ spec: { loginEmail: 'ada@example.com', activeOrganizationId: PROJECT_ID } }));
    });
    const { code, stdout } = await check({ MKIO_BASE_URL: origin, MKIO_TOKEN: JWT() });
    expect(stdout.match(/^ {2}! (?:token-type|organization|rights) +not told: 403$/gm)).toHaveLength(3);
    expect(stdout).toMatch(/^ {2}– advice +not looked at: the token's type is not known$/m);
    expect(code).toBe(0);
  });

  test('2 for an inactive project', async () => {
    const body = { spec: { isActive: false, loginEmail: 'ada@example.com' }, metadata: { id: PROJECT_ID } };
    const { origin } = await startUpstream((_, response) => void response.end(JSON.stringify(body)));
    const { code, stdout } = await check({ MKIO_BASE_URL: origin, MKIO_TOKEN: OPAQUE_TOKEN });
    expect(stdout).toMatch(/✗ project +demo-project is not active/);
    expect(code).toBe(2);
  });
});

test('An examination that depends on a failed one is skipped with the reason and does not fail', async () => {
  const { report } = await checkJson({ MKIO_TOKEN: '' });
  const skipped = report.findings.filter(({ status }) => status === 'skipped').map(({ what }) => what);
  expect(skipped).toEqual([
    ...['token', 'expiry', 'revocation', 'signature', 'profile'],
    ...['token-type', 'organization', 'project', 'rights', 'advice'],
  ]);
  expect(report.findings.filter(({ status }) => status === 'fail').map(({ what }) => what)).toEqual(['token-source']);
  for (const { status, detail, exit } of report.findings) {
    if (status === 'skipped') expect([detail, exit]).toEqual(['not looked at: no token', 0]);
  }
});

test('A verified certificate is shown with its issuer and remaining days', async () => {
  const authority = await createAuthority();
  const notAfter = new Date(Date.now() + 25.5 * 86_400_000);
  const certificate = await authority.issue({ names: ['localhost'], notAfter });
  const secure = await startSandbox({ host: 'localhost', tls: certificate });
  const { port } = new URL(secure.origin);
  const { code, stdout } = await runProcess({
    MKIO_BASE_URL: `https://localhost:${port}`,
    MKIO_TOKEN: secure.token,
    NODE_EXTRA_CA_CERTS: join(createFolder({ ca: authority.cert }), 'ca'),
  });
  await secure.close();
  expect(code).toBe(0);
  const day = notAfter.toISOString().slice(0, 10);
  expect(stdout).toContain(
    `✓ tls           verified, issued by mkio-proxy test authority, until ${day}, 25 days left\n`,
  );
});

test('A wrong clock is reported', async () => {
  const late: RequestListener = (_, response) => {
    response.setHeader('date', new Date(Date.now() + 600_000).toUTCString()).end('{}');
  };
  const { stdout } = await check({ MKIO_BASE_URL: (await startUpstream(late)).origin, MKIO_TOKEN: OPAQUE_TOKEN });
  expect(stdout).toMatch(/^ {2}! clock +(?:599|60\d) s behind MK\.IO's$/m);
});

test('A list in an error answer is ignored', async () => {
  const { origin } = await startUpstream((_, response) => {
    response.writeHead(404).end('{"revokedTokens":["x"],"keys":[]}');
  });
  const { stdout } = await check({ MKIO_BASE_URL: origin, MKIO_TOKEN: JWT_OF_NOBODY });
  expect(stdout).toMatch(/^ {2}! revocation +not known: no list at \/\.well-known\/revoked\.json$/m);
  expect(stdout).toMatch(/^ {2}! signature +not known: no list at \/\.well-known\/jwks\.json$/m);
  expect(stdout).toMatch(/^ {2}✗ profile +404$/m);
});

test.each([[], ['--json']])('Text of MK.IO is shown without control characters and secrets: %j', async (...flags) => {
  const told = `\u001b[2Jada ${forgeJwt({ jti: 'another' })}`;
  const body = JSON.stringify({ spec: { loginEmail: told, name: told }, error: { detail: told } });
  const { origin } = await startUpstream(({ url }, response) => {
    response.writeHead(url === '/api/v1/user/profile' ? 200 : 403).end(body);
  });
  const { stdout } = await check({ MKIO_BASE_URL: origin, MKIO_TOKEN: JWT_OF_NOBODY }, ...flags);
  expect(stdout.match(/ada \[redacted\]/g)?.length).toBeGreaterThan(3);
  for (const bad of ['eyJ', '\u001b', String.raw`\u001b`]) expect(stdout).not.toContain(bad);
});

describe('For a full-access token, check prints a call', () => {
  interface Minted {
    readonly metadata: { readonly type: string; readonly JWT: string };
  }
  const askWith = async (token: string, method: string, path: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${sandbox.origin}/api/v1${path}`, { method, headers })).status;
  };
  const assets = '/projects/demo-project/media/assets';

  test.each([
    ['default', { read: 200, remove: 200 }],
    ['read-only', { read: 200, remove: 403 }],
    ['fleets', { read: 403, remove: 403 }],
  ])('that creates a restricted token for policy %s when it is pasted', { tags: 'curl' }, async (policy, expected) => {
    const { found } = await checkJson({ MKIO_PROXY_POLICY: policy });
    const advice = found('advice');
    expect(advice).toMatchObject({
      status: 'warn',
      exit: 0,
      hint: expect.stringContaining(`policy ${policy}`) as string,
    });
    const minted = JSON.parse(await runShell(`${advice?.call} -sS`, { MKIO_TOKEN: sandbox.token })) as Minted;
    expect(minted.metadata.type).toBe('restricted');
    const { JWT } = minted.metadata;
    await fetch(`${sandbox.origin}/api/v1${assets}/to-go`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${sandbox.token}` },
      body: '{"properties":{"container":"c","storageAccountName":"s"}}',
    });
    expect({
      read: await askWith(JWT, 'GET', assets),
      remove: await askWith(JWT, 'DELETE', `${assets}/to-go`),
    }).toEqual(expected);

    const again = await checkJson({ MKIO_PROXY_POLICY: policy, MKIO_TOKEN: JWT });
    expect([again.found('token-type')?.status, again.found('advice')?.detail]).toEqual(['ok', 'none']);
  });

  test('on its own line in text output', async () => {
    const { stdout } = await check();
    expect(stdout).toMatch(
      /^curl -X POST http:\/\/127\.0\.0\.1:\d+\/api\/v1\/user\/tokens -H "Authorization: Bearer \$MKIO_TOKEN" -H /m,
    );
  });

  test.each([{ MKIO_PROJECT: 'nope' }, { MKIO_PROJECT: '', MKIO_PROXY_PROJECTS: 'demo-project' }])(
    'only for a known project, and no call with %j',
    async (extra) => {
      const set = Object.entries({ ...env, ...extra }).filter(([, value]) => value !== '');
      const { stdout } = await run(Object.fromEntries(set), '--json');
      const advice = (JSON.parse(stdout) as JsonReport).findings.find(({ what }) => what === 'advice');
      expect(advice).toMatchObject({ status: 'warn', hint: expect.stringContaining('MKIO_PROJECT') as string });
      expect(advice).not.toHaveProperty('call');
    },
  );

  test('without shell syntax from answers of MK.IO', async () => {
    const evil = "x'; touch /evil; '$(touch evil)`touch evil`";
    const body = {
      metadata: { id: PROJECT_ID, type: 'full-access', name: evil },
      spec: { loginEmail: evil, organizationId: PROJECT_ID, isActive: true },
      rbac: {
        'core.project': { [evil]: { [evil]: [evil] }, [PROJECT_ID]: { 'ams.asset': ['get', evil], [evil]: ['get'] } },
      },
    };
    const { origin } = await startUpstream((_, response) => void response.end(JSON.stringify(body)));
    const { found } = await checkJson({ MKIO_BASE_URL: origin, MKIO_TOKEN: JWT_OF_NOBODY });
    const call = found('advice')?.call ?? '';
    expect(call).toContain(
      '"permissions":{"core.project":{"5c6d7e8f-0000-4000-8000-000000000002":{"ams.asset":["get"]}}}',
    );
    expect(call).not.toContain('evil');
  });
});

describe('check --json', () => {
  test('prints one object with stable names', async () => {
    const { code, report } = await checkJson();
    expect(code).toBe(0);
    expect(Object.keys(report)).toEqual(['ok', 'exit', 'settings', 'findings']);
    expect([report.ok, report.exit]).toEqual([true, 0]);
    expect(report.settings.MKIO_PROXY_PORT).toEqual({ text: '6546', origin: 'default' });
    expect(report.settings.MKIO_TOKEN?.text).toMatch(/^set \(\d+ characters\)$/);
    const names = [
      ...['settings', 'token-source', 'token', 'expiry', 'dns', 'tls', 'ready', 'round-trip', 'clock'],
      ...['revocation', 'signature', 'profile', 'token-type', 'organization', 'project', 'rights', 'advice'],
    ];
    expect(report.findings.map(({ what }) => what)).toEqual(names);
    for (const { status, what, detail, exit, hint, call, ...rest } of report.findings) {
      expect(['ok', 'warn', 'fail', 'skipped']).toContain(status);
      expect([typeof what, typeof detail, typeof exit, rest]).toEqual(['string', 'string', 'number', {}]);
      expect(hint !== undefined).toBe(status === 'warn' || status === 'fail');
      expect(call !== undefined).toBe(what === 'advice');
    }
  });

  test('reports a failure with its exit code', async () => {
    const { code, report } = await checkJson({ MKIO_TOKEN: OPAQUE_TOKEN });
    expect([code, report.ok, report.exit]).toEqual([3, false, 3]);
  });

  test('reports invalid settings as JSON', async () => {
    const { code, stdout } = await runProcess({ MKIO_PROXY_PORT: 'x' }, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { ok: false, exit: 2, error: { code: 'CONFIG_INVALID' } }]);
  });
});
