import { request } from 'node:http';
import { ProxyError } from '../errors.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { Replays } from '../traffic/replays.ts';
import { REPLAY_HEADER } from '../traffic/replays.ts';
import type { RepeatableRequest } from './repeatable-request.ts';

/** Address at which this process reaches its own listener for callers. */
export type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface ReplayOrder {
  /** Id of the exchange that is repeated. */
  readonly of: string;
  readonly signal: AbortSignal;
}

/** The proxy's own listener, as the operator calls it. */
export interface OwnListener {
  /**
   * Sends the request to the proxy, where every check for callers applies.
   *
   * @returns the facts of its exchange, after that has ended
   * @throws ProxyError REPLAY_INVALID if the proxy cannot parse the request; BUSY if the proxy cannot be reached
   */
  readonly replay: (repeatable: RepeatableRequest, order: ReplayOrder) => Promise<ExchangeFacts>;
}

/** For a whole replay, with its answer. */
const LIMIT_MS = 300_000;
/** Without a body, these carry no Content-Length (RFC 9110 §8.6). */
const BODYLESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

export function createOwnListener(place: Place, replays: Replays, limitMs = LIMIT_MS): OwnListener {
  return {
    replay: (repeatable, { of, signal }) =>
      new Promise<ExchangeFacts>((resolve, reject) => {
        const ticket = replays.announce({ of, onEnd: resolve });
        const end = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
        // The recorder resolves this. If no exchange begins, the closed connection rejects it.
        send(repeatable, place, ticket, end, (failure) => {
          if (replays.withdraw(ticket)) reject(failure);
        });
      }),
  };
}

function send(
  repeatable: RepeatableRequest,
  place: Place,
  ticket: string,
  signal: AbortSignal,
  onClose: (failure: ProxyError) => void,
): void {
  const { method, target: path } = repeatable;
  const headers = [...renderFields(repeatable, place), REPLAY_HEADER, ticket];
  const sent = request({ ...place, method, path, headers, agent: false, signal });
  let failure = new ProxyError('BUSY', 'The listener for callers did not take the replay.');
  sent.on('response', (answer) => {
    failure = new ProxyError(
      'REPLAY_INVALID',
      `The proxy could not read the replay: it answered ${answer.statusCode}.`,
    );
    answer.on('error', () => undefined).resume();
  });
  // `close` always follows.
  sent.on('error', () => undefined);
  sent.once('close', () => onClose(failure));
  // With a string body, Node would write the head in the encoding of the body.
  sent.end(repeatable.body === undefined ? undefined : Buffer.from(repeatable.body));
}

/** Node adds neither Host nor Content-Length if it gets field lines. */
function renderFields({ method, fields, body }: RepeatableRequest, place: Place): string[] {
  const host = 'port' in place ? `localhost:${place.port}` : 'localhost';
  const hasLength = body !== undefined || !BODYLESS.has(method);
  const length = hasLength ? ['content-length', String(Buffer.byteLength(body ?? ''))] : [];
  return ['host', host, ...fields.flat(), ...length];
}
