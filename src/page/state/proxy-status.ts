import type { ReadonlySignal, Signal } from '@preact/signals';
import { computed, signal } from '@preact/signals';
import type { Readiness } from '../../admin/readiness.ts';
import type { TokenView } from '../../admin/statusz.ts';
import type { Api } from './api.ts';
import { ApiError } from './api.ts';
import type { ProjectBudget } from '../../admin/budget.ts';
import type { Hello } from './connection.ts';

/** What `GET /statusz` tells, as far as this page shows it. */
export interface StatusView {
  readonly version?: string;
  readonly token?: TokenView;
  readonly upstream?: UpstreamView;
  readonly policy?: { readonly name?: string };
  readonly listeners?: { readonly proxy?: string };
  readonly budget?: readonly ProjectBudget[];
}

export interface UpstreamView {
  readonly origin?: string;
  readonly state: 'unknown' | 'reachable' | 'failing';
  readonly lastAnswer?: { readonly atMs: number; readonly status: number };
  readonly lastFailure?: { readonly atMs: number; readonly code: string };
}

export interface ProxyStatus {
  readonly hello: Signal<Hello | undefined>;
  readonly token: Signal<TokenView | undefined>;
  readonly readiness: Signal<Readiness | undefined>;
  /** undefined where the proxy does not tell it. */
  readonly view: ReadonlySignal<StatusView | undefined>;
  /** The newest of both. */
  readonly shownToken: ReadonlySignal<TokenView | undefined>;
  readonly startFollowing: () => void;
}

const EVERY_MS = 2_000;

export function createProxyStatus(api: Api): ProxyStatus {
  const token = signal<TokenView | undefined>();
  const view = signal<StatusView | undefined>();
  let following: object | undefined;

  const read = async (): Promise<void> => {
    if (!document.hidden) view.value = await api.readJson<StatusView>('/statusz');
  };
  const follow = async (turn: object): Promise<void> => {
    while (turn === following) {
      try {
        await read();
      } catch (error) {
        view.value = undefined;
        // A proxy that does not tell it is not asked again.
        if (error instanceof ApiError && error.code === 'NOT_FORWARDED') return;
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  };

  return {
    hello: signal<Hello | undefined>(),
    token,
    readiness: signal<Readiness | undefined>(),
    view,
    shownToken: computed(() => {
      const told = view.value?.token;
      if (token.value === undefined) return told;
      return { ...told, ...token.value };
    }),
    startFollowing: () => {
      following = {};
      void follow(following);
    },
  };
}
