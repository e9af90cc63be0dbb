import { readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { spawnCli } from '../support/cli.ts';
import { createFolder } from '../support/folder.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { BY_HAND, listen, startUpstream } from '../support/upstream.ts';
import type { TestUpstream } from '../support/upstream.ts';
import { OPAQUE_TOKEN } from '../support/token.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const doc = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
/** The SDK, loaded as in the guide. */
const [, GUIDE = ''] = /```js\n(import \{ OTLPTraceExporter[^]*?)```/.exec(doc) ?? [];

const CALLERS_TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLERS_SPAN = 'b7ad6b7169203331';
const PARENT = { traceparent: `00-${CALLERS_TRACE}-${CALLERS_SPAN}-01`, tracestate: 'vendor=1' };

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, string | number>>;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Span, 'attributes'> & { attributes: Attribute[] })[];
    }[];
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

const readAttributes = (attributes: readonly Attribute[]): Span['attributes'] =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']));

/** A collector for OTLP over HTTP. */
async function startReceiver() {
  const spans: Span[] = [];
  const services = new Set<string | number | undefined>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
        services.add(readAttributes(resource.attributes)['service.name']);
        for (const span of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...span, attributes: readAttributes(span.attributes) });
      }
      response.end('{}');
    });
  });
  const port = await listen(server);
  return { endpoint: `http://127.0.0.1:${port}`, spans, services };
}

async function startTraced(upstream: Pick<TestUpstream, 'origin'>, env: Readonly<Record<string, string>> = {}) {
  const receiver = await startReceiver();
  const folder = createFolder({ 'tracing.mjs': GUIDE });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const program = spawnCli(['start'], {
    cwd: folder,
    nodeArgs: ['--import', pathToFileURL(join(folder, 'tracing.mjs')).href],
    env: {
      MKIO_BASE_URL: upstream.origin,
      ...(env.MKIO_TOKEN_COMMAND === undefined && { MKIO_TOKEN: OPAQUE_TOKEN }),
      MKIO_PROXY_PORT: '0',
      MKIO_PROXY_ADMIN_PORT: 'off',
      MKIO_PROXY_REVOCATION_CHECK: 'off',
      LOG_FORMAT: 'json',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...env,
    },
  });
  onTestFinished(async () => {
    program.child.kill('SIGKILL');
    await program.ended;
  });
  const [, address = ''] = await program.printed(/"event":"ready","address":"(.*?)"/);
  /** The spans, once this many have arrived. */
  const spans = async (count: number): Promise<Span[]> => {
    await expect.poll(() => receiver.spans.length, { timeout: 10_000 }).toBe(count);
    return receiver.spans;
  };
  return { ...program, address, spans, services: receiver.services };
}

const ofKind = (spans: readonly Span[], kind: number): Span[] => spans.filter((span) => span.kind === kind);

describe('with the SDK of the guide, loaded by --import', () => {
  test("an exchange has a server and a client span in the caller's trace, which continues to MK.IO", async () => {
    const upstream = await startUpstream();
    const { address, spans, services } = await startTraced(upstream);
    const path = '/api/v1/projects/demo/media/assets';
    await (
      await fetch(`${address}${path}?$top=1&sig=a-signature`, { headers: { ...PARENT, 'user-agent': 'a-client/1' } })
    ).text();

    const all = await spans(2);
    const [[server], [client]] = [ofKind(all, 2), ofKind(all, 3)];

    const template = '/api/v1/projects/{project_name}/media/assets';
    expect(server).toMatchObject({ traceId: CALLERS_TRACE, parentSpanId: CALLERS_SPAN, name: `GET ${template}` });
    expect(server?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': template,
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.path': path,
      'url.query': '$top=1&sig=[redacted]',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(address).port),
      'client.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'user_agent.original': 'a-client/1',
      'mkio.operation': 'media.assets.list',
      'mkio.project': 'demo',
      'mkio_proxy.answered_by': 'upstream',
    });
    expect(client).toMatchObject({ traceId: CALLERS_TRACE, parentSpanId: server?.spanId, name: 'GET' });
    expect(client?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `${upstream.origin}${path}?$top=1&sig=[redacted]`,
      'url.template': template,
      'server.address': '127.0.0.1',
      'server.port': upstream.port,
    });
    expect(upstream.seen[0]?.headers).toMatchObject({
      traceparent: `00-${CALLERS_TRACE}-${client?.spanId}-01`,
      tracestate: 'vendor=1',
    });
    expect([...services]).toEqual(['mkio-proxy']);
    expect(JSON.stringify(all)).not.toContain(OPAQUE_TOKEN);
  });

  test('a refusal has only a server span, with its code', async () => {
    const { address, spans } = await startTraced(await startUpstream());
    await fetch(`${address}/api/v1/user/tokens`, { method: 'POST' });
    const [span] = await spans(1);
    expect(span).toMatchObject({ kind: 2, status: {} });
    expect(span?.attributes).toMatchObject({ 'http.response.status_code': 403, 'error.type': 'OPERATION_REFUSED' });
  });

  test('an error of MK.IO marks both spans, and each attempt has a client span', async () => {
    const upstream = await startUpstream((_, response) => response.writeHead(500).end());
    const { address, spans } = await startTraced(upstream);
    await fetch(`${address}/api/v1/projects`);
    for (const { status, attributes } of await spans(2)) {
      expect(status.code).toBe(2);
      expect(attributes).toMatchObject({ 'error.type': '500', 'http.response.status_code': 500 });
    }
  });

  test("no answer from MK.IO is an error with the proxy's code", async () => {
    const { address, spans } = await startTraced({ origin: 'http://127.0.0.1:9' });
    await fetch(`${address}/api/v1/projects`);
    for (const { status, attributes } of await spans(2)) {
      expect(status.code).toBe(2);
      expect(attributes).toMatchObject({ 'error.type': 'UPSTREAM_UNREACHABLE' });
    }
  });

  test('the last spans are sent before the process exits, including those of drained exchanges', async () => {
    const upstream = await startUpstream(BY_HAND);
    const { address, spans, child, printed, ended } = await startTraced(upstream, { OTEL_BSP_SCHEDULE_DELAY: '60000' });
    const asked = fetch(`${address}/api/v1/projects`);
    const { response } = await upstream.next();
    child.kill('SIGTERM');
    await printed(/"event":"draining"/);
    response.end('1');
    await (await asked).text();
    expect((await ended).code).toBe(0);
    expect(ofKind(await spans(2), 2)).toHaveLength(1);
  });

  test('a request retried with another token has two client spans, and the second is marked', async () => {
    const upstream = await startUpstream(({ headers }, response) =>
      response.writeHead(headers.authorization === `Bearer ${OPAQUE_TOKEN}` ? 401 : 200).end(),
    );
    const { address, spans } = await startTraced(upstream, {
      MKIO_TOKEN_COMMAND: `sh -c 'test -e made && echo ${OPAQUE_TOKEN}2 || { touch made; echo ${OPAQUE_TOKEN}; }'`,
    });
    expect((await fetch(`${address}/api/v1/projects`)).status).toBe(200);
    const clients = ofKind(await spans(3), 3);
    expect(clients.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([401, 200]);
    expect(clients.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1]);
  });
});

test("without an SDK the caller's trace context is forwarded unchanged", async () => {
  const upstream = await startUpstream();

  const proxy = await startTestProxy(upstream);
  await call(proxy, '/api/v1/projects', { headers: PARENT });
  expect(upstream.seen[0]?.headers).toMatchObject(PARENT);
});
