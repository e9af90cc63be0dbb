import { request } from 'node:http';
import { ProxyError } from '../errors.ts';
import type { ExchangeFacts } from '../traffic/facts.ts';
import type { Replays } from '../traffic/replays.ts';
import { REPLAY_HEADER } from '../traffic/replays.ts';
import type { RepeatableRequest } from './repeatable-request.ts';

/** Where the listener for callers is, seen from this machine. */
export type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface ReplayOrder {
  /** Id of the exchange that is repeated. */
  readonly of: string;
  /** Cancels it. */
  readonly signal: AbortSignal;
}

/** The listener for callers, called by the operator. */
export interface OwnListener {
  /**
   * Makes a request there, so that all that callers meet judges it too.
   *
   * @returns what the log tells of its exchange, once that has ended and is kept
   * @throws ProxyError REPLAY_INVALID, where it could not be read as a request; BUSY, where it did not get there
   */
  readonly replay: (repeatable: RepeatableRequest, order: ReplayOrder) => Promise<ExchangeFacts>;
}

/** Longest that a replay may take, its answer included. */
const LIMIT_MS = 300_000;
/** Without a body these have no length either (RFC 9110 §8.6). */
const BODYLESS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

export function createOwnListener(readPlace: () => Place, replays: Replays, limitMs = LIMIT_MS): OwnListener {
  return {
    replay: (repeatable, { of, signal }) =>
      new Promise<ExchangeFacts>((resolve, reject) => {
        const ticket = replays.announce({ of, onEnd: resolve });
        const end = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
        // What an exchange has become of, the recorder tells; what never became one, the connection.
        send(repeatable, readPlace(), ticket, end, (failure) => {
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
  // Its close follows.
  sent.on('error', () => undefined);
  sent.once('close', () => onClose(failure));
  // Node would send the header in the encoding of a body that is a string.
  sent.end(repeatable.body === undefined ? undefined : Buffer.from(repeatable.body));
}

/** Node adds neither Host nor length to field lines. */
function renderFields({ method, fields, body }: RepeatableRequest, place: Place): string[] {
  const host = 'port' in place ? `localhost:${place.port}` : 'localhost';
  const hasLength = body !== undefined || !BODYLESS.has(method);
  const length = hasLength ? ['content-length', String(Buffer.byteLength(body ?? ''))] : [];
  return ['host', host, ...fields.flat(), ...length];
}
