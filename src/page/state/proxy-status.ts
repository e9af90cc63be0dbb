import type { ReadonlySignal, Signal } from '@preact/signals';
import { computed, signal } from '@preact/signals';
import type { Readiness } from '../../admin/readiness.ts';
import type { Hello } from '../../admin/exchange-view.ts';
import type { Statusz, TokenView } from '../../admin/statusz.ts';
import type { Api } from './api.ts';
import { ApiError } from './api.ts';

export interface ProxyStatus {
  readonly hello: Signal<Hello | undefined>;
  readonly token: Signal<TokenView | undefined>;
  readonly readiness: Signal<Readiness | undefined>;
  /** `GET /statusz`; undefined while it is not available. */
  readonly view: ReadonlySignal<Statusz | undefined>;
  /** The newest of `token` and `view`. */
  readonly shownToken: ReadonlySignal<TokenView | undefined>;
  readonly startFollowing: () => void;
}

const EVERY_MS = 2_000;

export function createProxyStatus(api: Api): ProxyStatus {
  const token = signal<TokenView | undefined>();
  const view = signal<Statusz | undefined>();
  let following: object | undefined;

  const read = async (): Promise<void> => {
    if (!document.hidden) view.value = await api.readJson<Statusz>('/statusz');
  };
  const follow = async (turn: object): Promise<void> => {
    while (turn === following) {
      try {
        await read();
      } catch (error) {
        view.value = undefined;
        // A proxy without /statusz is not asked again.
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
