import type { ReadonlySignal } from '@preact/signals';
import { effect, signal } from '@preact/signals';
import type { ExchangePage, Hello } from '../../admin/exchange-view.ts';
import type { Readiness } from '../../admin/readiness.ts';
import type { TokenView } from '../../admin/statusz.ts';
import type { Api } from './api.ts';
import { ApiError } from './api.ts';
import type { Exchange } from './exchange.ts';
import type { ServerEvent } from '../../http/event-stream.ts';
import { readEvents } from '../../http/event-stream.ts';

export type ConnectionState = 'connecting' | 'live' | 'lost' | 'refused' | 'locked';

export interface Listener {
  readonly onHello: (hello: Hello, isRestart: boolean) => void;
  readonly onExchanges: (exchanges: readonly Exchange[]) => void;
  readonly onMissed: (count: number) => void;
  /** The listener answered with an error. */
  readonly onRefused: (error: ApiError) => void;
  readonly onToken: (token: TokenView) => void;
  readonly onReadiness: (readiness: Readiness) => void;
}

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  /** Follows events as long as the page lives; reconnects when the proxy returns. */
  readonly follow: () => Promise<never>;
}

/** Longer than the listener's heartbeat of 15 seconds. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

export function createConnection(api: Api, listener: Listener): Connection {
  const state = signal<ConnectionState>('connecting');
  let cursor: string | undefined;
  let run: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;

  const readKept = async (): Promise<void> => {
    for (let more = true; more;) {
      const after = cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`;
      const page = await api.readJson<ExchangePage>(`/exchanges?limit=1000${after}`);
      listener.onExchanges(page.exchanges);
      cursor = page.next;
      more = page.more;
    }
  };
  const greet = (hello: Hello): void => {
    listener.onHello(hello, run !== undefined && run !== hello.run);
    run = hello.run;
    state.value = 'live';
    pauseMs = FIRST_PAUSE_MS;
  };
  const take = ({ name, id, data }: ServerEvent): void => {
    const told: unknown = JSON.parse(data);
    if (name === 'hello') greet(told as Hello);
    else if (name === 'exchange') listener.onExchanges([told as Exchange]);
    else if (name === 'missed') listener.onMissed((told as { count: number }).count);
    else if (name === 'token') listener.onToken(told as TokenView);
    else if (name === 'readiness') listener.onReadiness(told as Readiness);
    cursor = id ?? cursor;
  };
  const readOn = async (): Promise<void> => {
    if (cursor === undefined) await readKept();
    const silence = new AbortController();
    const give = (): void => {
      silence.abort();
    };
    let timer = setTimeout(give, SILENCE_MS);
    try {
      const after = encodeURIComponent(cursor ?? '');
      const { body } = await api.ask(`/events?after=${after}`, { signal: silence.signal });
      if (body === null) return;
      for await (const event of readEvents(readChunks(body))) {
        clearTimeout(timer);
        timer = setTimeout(give, SILENCE_MS);
        take(event);
      }
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    state,
    follow: async () => {
      for (;;) {
        let error: unknown;
        await readOn().catch((reason: unknown) => (error = reason));
        state.value = stateOf(error);
        if (error instanceof ApiError && state.value === 'refused') listener.onRefused(error);
        if (state.value === 'locked') await untilKeyIsGiven(api);
        else await pause(pauseMs);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    },
  };
}

/** Safari's ReadableStream is not an async iterable. */
async function* readChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function stateOf(error: unknown): ConnectionState {
  if (!(error instanceof ApiError)) return 'lost';
  return error.status === 401 ? 'locked' : 'refused';
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const untilKeyIsGiven = ({ keyProblem }: Api): Promise<void> =>
  new Promise((resolve) => {
    const dispose = effect(() => {
      if (keyProblem.value === undefined) queueMicrotask(end);
    });
    const end = (): void => {
      dispose();
      resolve();
    };
  });
