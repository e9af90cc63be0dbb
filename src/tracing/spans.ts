import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import { propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FieldLines } from '../http/fields.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { ExchangeTrace, Tracing, TracingOptions } from '../traffic/tracing.ts';

const NAME = 'mkio-proxy';
/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ defines these; any other is `_OTHER`. */
const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);

export function createTracing(options: TracingOptions): Tracing {
  const tracer = trace.getTracer(NAME);
  const { hostname, port, protocol } = new URL(options.origin);
  const upstream = { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
  return { open: (request, target) => new Spans({ ...options, tracer, upstream }, request, target), flush };
}

const FLUSH_LIMIT_MS = 2_000;

/** Not part of the API, but of every SDK. */
interface Provider {
  readonly forceFlush?: () => Promise<void>;
  /** On the API's wrapper of the SDK's provider. */
  readonly getDelegate?: () => Provider;
}

async function flush(): Promise<void> {
  const registered = trace.getTracerProvider() as Provider;
  const provider = registered.getDelegate?.() ?? registered;
  const sent = provider.forceFlush?.().catch(() => undefined);
  await Promise.race([sent, setTimeout(FLUSH_LIMIT_MS, undefined, { ref: false })]);
}

interface SpanSettings extends TracingOptions {
  readonly tracer: Tracer;
  /** Attributes of every client span. */
  readonly upstream: Attributes;
}

/** One server span for an exchange and one client span for each upstream request, by the HTTP conventions. */
class Spans implements ExchangeTrace {
  readonly #settings: SpanSettings;
  readonly #server: Span;
  readonly #context: Context;
  #client: Span | undefined;
  #sent = 0;

  constructor(settings: SpanSettings, request: IncomingMessage, target: string) {
    this.#settings = settings;
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = readRequest(request, target, settings.redact);
    const options = { kind: SpanKind.SERVER, attributes };
    this.#server = settings.tracer.startSpan(nameOf(request.method ?? ''), options, parent);
    this.#context = trace.setSpan(parent, this.#server);
  }

  send(method: string, path: string, fields: FieldLines): FieldLines {
    const { tracer, upstream, origin, redact } = this.#settings;
    this.#client?.end();
    const attributes: Attributes = {
      ...upstream,
      ...readMethod(method, redact),
      'url.full': redact(origin + path),
      ...(this.#sent > 0 && { 'http.request.resend_count': this.#sent }),
    };
    this.#sent++;
    this.#client = tracer.startSpan(nameOf(method), { kind: SpanKind.CLIENT, attributes }, this.#context);
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(this.#context, this.#client), carrier);
    return replaceFields(fields, carrier);
  }

  answer(status: number): void {
    const client = this.#client;
    if (client === undefined) return;
    client.setAttribute('http.response.status_code', status);
    if (status >= 400) markFailed(client, String(status));
  }

  fail(code: string): void {
    if (this.#client !== undefined) markFailed(this.#client, code);
  }

  end(facts: ExchangeFacts): void {
    const { operation, operationName, project, status, answeredBy, code, ending } = facts;
    const template = operation === undefined ? undefined : this.#settings.readTemplate(operation);
    if (this.#client !== undefined) {
      if (ending !== 'complete') markFailed(this.#client, ending);
      if (template !== undefined) this.#client.setAttribute('url.template', template);
      this.#client.end();
    }
    const server = this.#server;
    server.setAttributes({
      'http.route': template,
      'http.response.status_code': status,
      'mkio.operation': operation,
      'mkio.operation.name': operationName,
      'mkio.project': project,
      'mkio_proxy.answered_by': answeredBy,
      'mkio_proxy.request_id': facts.id,
    });
    if (template !== undefined) server.updateName(`${nameOf(facts.method)} ${template}`);
    // On a server, 4xx are errors of the caller.
    if (ending !== 'complete') markFailed(server, ending);
    else if (status !== undefined && status >= 500) markFailed(server, code ?? String(status));
    else if (code !== undefined) server.setAttribute('error.type', code);
    server.end();
  }
}

function readRequest(request: IncomingMessage, target: string, redact: (text: string) => string): Attributes {
  const { socket, headers, httpVersion } = request;
  const [path = '', ...query] = target.split('?');
  const agent = headers['user-agent'];
  return {
    ...readMethod(request.method ?? '', redact),
    'url.scheme': 'http',
    'url.path': path,
    'url.query': query.length === 0 ? undefined : query.join('?'),
    'server.address': socket.localAddress,
    'server.port': socket.localPort,
    'client.address': socket.remoteAddress,
    'network.protocol.version': httpVersion,
    'user_agent.original': agent && redact(agent),
  };
}

const readMethod = (method: string, redact: TracingOptions['redact']): Attributes =>
  METHODS.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': redact(method) };

const nameOf = (method: string): string => (METHODS.has(method) ? method : 'HTTP');

function markFailed(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** Replaces context fields with those of `carrier`. */
function replaceFields(fields: FieldLines, carrier: Readonly<Record<string, string>>): FieldLines {
  const ofContext = propagation.fields();
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    if (!ofContext.includes(name.toLowerCase())) kept.push(name, fields[at + 1] ?? '');
  }
  return [...kept, ...Object.entries(carrier).flat()];
}
