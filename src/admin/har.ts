import { parseFields } from '../traffic/field-text.ts';
import type { ExchangeRecord, RecordedMessage } from '../traffic/record.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import { readPhases } from '../traffic/phases.ts';
import type { StoredBody } from '../traffic/stored-body.ts';

/** One entry of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/). */
export interface HarEntry {
  readonly startedDateTime: string;
  /** Milliseconds: the sum of `timings`. */
  readonly time: number;
  readonly request: object;
  readonly response: object;
  readonly cache: object;
  readonly timings: HarTimings;
  readonly comment?: string;
  readonly _id: string;
  readonly _replayOf: string | undefined;
  readonly _operation: string | undefined;
  readonly _answeredBy: string | undefined;
  readonly _ending: string;
}

/** In milliseconds; -1 if a phase does not apply. */
interface HarTimings {
  readonly blocked: -1;
  readonly dns: -1;
  readonly connect: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}

export interface HarOptions {
  /** Precedes relative targets, e.g. `http://127.0.0.1:6546`. */
  readonly origin: string;
  /** ISO 8601 of milliseconds since 1970. */
  readonly renderTime: (ms: number) => string;
}

/** Must be escaped in a URI (RFC 3986 §2): so must the brackets of `[redacted]`. */
const NOT_IN_URI = /[^\x21-\x7e]|["<>\\^`{|}[\]]/gu;
const HTTP_VERSION = 'HTTP/1.1';
// Cookies are neither forwarded nor recorded.
const COMMON = { httpVersion: HTTP_VERSION, cookies: [], headersSize: -1 };

export function renderHarEntry(
  { facts, request, answer }: ExchangeRecord,
  { origin, renderTime }: HarOptions,
): HarEntry {
  const url = renderUrl(facts.target, origin);
  return {
    startedDateTime: renderTime(facts.receivedAtMs),
    time: facts.ms,
    request: {
      ...COMMON,
      method: facts.method,
      url,
      headers: renderHeaders(request),
      queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
      ...(request.body !== undefined && { postData: renderContent(request.body) }),
      bodySize: facts.requestBytes ?? 0,
    },
    response: {
      ...COMMON,
      status: facts.status ?? 0,
      statusText: '',
      headers: answer === undefined ? [] : renderHeaders(answer),
      content: { size: facts.bytes, ...renderContent(answer?.body) },
      redirectURL: answer === undefined ? '' : readLocation(answer),
      bodySize: facts.bytes,
    },
    cache: {},
    timings: readTimings(facts),
    ...renderComment(facts, answer?.body),
    _id: facts.id,
    _replayOf: facts.replayOf,
    _operation: facts.operation,
    _answeredBy: facts.answeredBy,
    _ending: facts.ending,
  };
}

function renderUrl(target: string, origin: string): string {
  const written = target
    .replace(NOT_IN_URI, encodeURIComponent)
    .replace(/%(?![\da-f]{2})/gi, '%25')
    .replaceAll('#', '%23');
  if (/^https?:\/\//i.test(written) && URL.canParse(written)) return written;
  return `${origin}${written.startsWith('/') ? '' : '/'}${written}`;
}

const renderHeaders = ({ fields }: RecordedMessage): object[] =>
  parseFields(fields).map(([name, value]) => ({ name, value }));

const renderContent = (body: StoredBody | undefined): object => ({
  mimeType: body?.type ?? '',
  ...(body?.text !== undefined && { text: body.text }),
  ...(body !== undefined && { comment: renderBodyComment(body) }),
});

function renderBodyComment({ text, cut, redacted, sha256 }: StoredBody): string {
  const words = [text === undefined && 'not kept', cut && 'cut', redacted && 'redacted', sha256 && `sha256 ${sha256}`];
  return words.filter((word) => word !== false && word !== undefined && word !== '').join(', ');
}

const readLocation = ({ fields }: RecordedMessage): string =>
  parseFields(fields).find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';

function readTimings(facts: ExchangeFacts): HarTimings {
  const phases = new Map(readPhases(facts).map(({ name, fromMs, toMs }) => [name, round(toMs - fromMs)]));
  return {
    blocked: -1,
    dns: -1,
    connect: phases.get('connect') ?? -1,
    send: phases.get('send') ?? 0,
    // HAR has no phase for an answer of the proxy itself.
    wait: phases.get('wait') ?? phases.get('answer') ?? 0,
    receive: phases.get('receive') ?? 0,
  };
}

const round = (ms: number): number => Math.max(0, Math.round(ms * 10) / 10);

function renderComment({ code, upstreamCode, ref }: ExchangeFacts, body: StoredBody | undefined): { comment?: string } {
  const words = [code, upstreamCode, ref, body?.cut === true ? 'body cut' : undefined];
  const comment = words.filter((word) => word !== undefined).join(' ');
  return comment === '' ? {} : { comment };
}
