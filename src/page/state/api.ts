import type { Signal } from '@preact/signals';
import { signal } from '@preact/signals';

/** An error answer of the admin listener, in MK.IO's error shape. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: number, told: ToldError | undefined) {
    super(told?.error?.detail ?? `The admin listener answered ${status}.`);
    this.status = status;
    this.code = told?.error?.code ?? '';
    this.hint = told?.error?.extraDetail?.hint;
  }
}

interface ToldError {
  readonly error?: {
    readonly code?: string;
    readonly detail?: string;
    readonly extraDetail?: { readonly hint?: string };
  };
}

/** The admin listener that served this page. A refused call throws ApiError. */
export interface Api {
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  readonly readJson: <T>(path: string) => Promise<T>;
  readonly readText: (path: string) => Promise<string>;
  /** A call that changes something. It sends the session value. */
  readonly change: (method: 'POST' | 'DELETE', path: string, body?: unknown) => Promise<Response>;
  /** Why a key is required; undefined if none is, or the last one was right. */
  readonly keyProblem: Signal<string | undefined>;
  readonly useKey: (key: string) => void;
}

export function createApi(): Api {
  const keyProblem = signal<string | undefined>();
  // Only in memory, never in storage or an address.
  let key: string | undefined;

  const ask: Api['ask'] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const answer = await fetch(path, { ...init, headers, cache: 'no-store' });
    if (answer.ok) return answer;
    const error = new ApiError(answer.status, await readError(answer));
    if (error.status === 401) {
      keyProblem.value =
        key === undefined
          ? 'This admin listener asks for its key. Where none is set, it shows traffic on its own machine alone.'
          : 'That was not the key.';
    }
    throw error;
  };
  const readJson = async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T;

  return {
    ask,
    readJson,
    readText: async (path) => await (await ask(path)).text(),
    change: async (method, path, body) => {
      const { header, value } = await readJson<{ header: string; value: string }>('/session');
      const headers = { [header]: value, ...(body !== undefined && { 'content-type': 'application/json' }) };
      return await ask(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    },
    keyProblem,
    useKey: (given) => {
      key = given;
      keyProblem.value = undefined;
    },
  };
}

async function readError(answer: Response): Promise<ToldError | undefined> {
  try {
    return (await answer.json()) as ToldError;
  } catch {
    return undefined;
  }
}
