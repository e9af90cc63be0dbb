import type { Signal } from '@preact/signals';
import { signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ExchangeDetail } from '../admin/exchange-view.ts';
import type { Focus } from './focus.ts';
import { createFocus } from './focus.ts';
import type { Api } from './state/api.ts';
import { createApi } from './state/api.ts';
import type { Connection } from './state/connection.ts';
import { createConnection } from './state/connection.ts';
import type { ExchangeStore } from './state/exchange-store.ts';
import { createExchangeStore } from './state/exchange-store.ts';
import type { WholeExchange } from './state/exchange.ts';
import type { FilterHistory } from './state/filter-history.ts';
import { createFilterHistory } from './state/filter-history.ts';
import type { Notices } from './state/notices.ts';
import { createNotices } from './state/notices.ts';
import type { Pins } from './state/pins.ts';
import { createPins } from './state/pins.ts';
import type { ProxyStatus } from './state/proxy-status.ts';
import { createProxyStatus } from './state/proxy-status.ts';
import type { ThemeChoice } from './state/theme.ts';
import { createTheme } from './state/theme.ts';

/** State and actions of the page. */
export interface Inspector {
  readonly api: Api;
  readonly connection: Connection;
  readonly store: ExchangeStore;
  readonly pins: Pins;
  readonly status: ProxyStatus;
  readonly notices: Notices;
  readonly theme: ThemeChoice;
  readonly filterHistory: FilterHistory;
  readonly focus: Focus;
  /** Id of the exchange that the keys act on. */
  readonly selected: Signal<string | undefined>;
  readonly isDetailOpen: Signal<boolean>;
  readonly dialog: Signal<'help' | 'edit' | undefined>;
  readonly load: (id: string) => Promise<WholeExchange>;
}

export const InspectorContext = createContext<Inspector | undefined>(undefined);

export function useInspector(): Inspector {
  const inspector = useContext(InspectorContext);
  if (inspector === undefined) throw new Error('There is no inspector above this component.');
  return inspector;
}

export function createInspector(): Inspector {
  const api = createApi();
  const store = createExchangeStore();
  const notices = createNotices();
  const status = createProxyStatus(api);
  const load = (id: string): Promise<WholeExchange> => loadExchange(api, id);
  const connection = createConnection(api, {
    onHello: (hello, isRestart) => {
      store.setLimit(hello.maxExchanges);
      status.hello.value = hello;
      status.startFollowing();
      if (!isRestart) return;
      store.forget();
      notices.say('The proxy was started again: what it had kept is gone, pinned exchanges stay.');
    },
    onExchanges: store.receive,
    onMissed: (count) => notices.say(`${count} exchanges were pushed out before this page could read them.`),
    onRefused: notices.complain,
    onToken: (token) => (status.token.value = token),
    onReadiness: (readiness) => (status.readiness.value = readiness),
  });
  return {
    api,
    connection,
    store,
    pins: createPins(load),
    status,
    notices,
    theme: createTheme(),
    filterHistory: createFilterHistory(),
    focus: createFocus(),
    selected: signal<string | undefined>(),
    isDetailOpen: signal(false),
    dialog: signal<'help' | 'edit' | undefined>(),
    load,
  };
}

async function loadExchange(api: Api, id: string): Promise<WholeExchange> {
  const path = `/exchanges/${encodeURIComponent(id)}`;
  const facts = await api.readJson<ExchangeDetail>(path);
  const readBody = async (side: 'request' | 'response'): Promise<string | undefined> =>
    facts[side]?.body?.kept === true ? await api.readText(`${path}/body/${side}`) : undefined;
  const [requestText, responseText] = await Promise.all([readBody('request'), readBody('response')]);
  return { facts, requestText, responseText };
}
