import type { ReadonlySignal } from '@preact/signals';
import { signal } from '@preact/signals';
import { ApiError } from './api.ts';

export interface Notice {
  readonly tone: 'plain' | 'problem';
  readonly text: string;
}

/** One short message at a time. */
export interface Notices {
  readonly current: ReadonlySignal<Notice | undefined>;
  readonly say: (text: string) => void;
  readonly complain: (error: unknown) => void;
  readonly dismiss: () => void;
}

const SHOWN_MS = 6_000;

export function createNotices(): Notices {
  const current = signal<Notice | undefined>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (notice: Notice | undefined): void => {
    clearTimeout(timer);
    current.value = notice;
  };
  const dismiss = (): void => show(undefined);
  return {
    current,
    say: (text) => {
      show({ tone: 'plain', text });
      timer = setTimeout(dismiss, SHOWN_MS);
    },
    // An error stays until the user closes it.
    complain: (error) => show({ tone: 'problem', text: renderProblem(error) }),
    dismiss,
  };
}

export function renderProblem(error: unknown): string {
  if (error instanceof ApiError) return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  return error instanceof TypeError ? 'The proxy cannot be reached.' : String(error);
}
