import type { JWK } from 'jose';
import { onTestFinished } from 'vitest';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { createSigningKeys, type SigningKeys } from '../../src/sandbox/tokens.ts';

/** The fields used by tests. Each answer has some of them. */
export interface Document {
  readonly name: string;
  readonly id: string;
  readonly type: string;
  readonly labels: Record<string, string>;
  readonly metadata: { readonly id: string; readonly name: string; readonly type: string; readonly JWT: string };
  readonly spec: Record<string, string> & { readonly authentication: unknown };
  readonly properties: Record<
    'created' | 'lastModified' | 'description' | 'startTime' | 'endTime' | 'assetId' | 'state',
    string
  > & {
    readonly outputs: readonly { readonly state: string; readonly progress: number; readonly error: unknown }[];
  };
  readonly systemData: { readonly createdAt: string; readonly internalId: string };
  readonly status: { readonly state: string };
  readonly value: readonly Document[];
  readonly supplemental: { readonly pagination: unknown };
  readonly '@odata.nextLink'?: string;
  readonly error: { readonly code: string; readonly extraDetail: { readonly field?: string } };
  readonly ref: string;
  readonly rbac: Record<'core.customer' | 'core.project', object>;
  readonly keys: JWK[];
  readonly jwt: string;
  readonly sku: { readonly name: string };
  readonly streamingPaths: readonly unknown[];
  readonly streamingLocators: readonly unknown[];
  readonly contentKeys: readonly unknown[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Document;
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

export interface OpenSandbox extends Sandbox {
  /** Sends the sandbox's token by default; an empty `authorization` header sends none. */
  readonly call: Call;
  /** The same for a path under the project's `media`. */
  readonly media: Call;
}

let keys: Promise<SigningKeys> | undefined;

/** A sandbox, closed when the test ends. All share signing keys, because RSA keys are slow to create. */
export async function startTestSandbox(options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox({ keys: await (keys ??= createSigningKeys()), ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The same, with calls that use its token. */
export async function openSandbox(options?: SandboxOptions): Promise<OpenSandbox> {
  const sandbox = await startTestSandbox(options);
  const call = callOf(sandbox);
  const media: Call = async (method, path, body, headers) =>
    await call(method, `/api/v1/projects/${sandbox.project}/media${path}`, body, headers);
  return { ...sandbox, call, media };
}

export interface Clock {
  (): number;
  advance(ms: number): void;
}

export function createClock(start = Date.UTC(2026, 2, 28)): Clock {
  let now = start;
  return Object.assign(() => now, {
    advance: (ms: number) => {
      now += ms;
    },
  });
}

export function namesIn({ body }: Answer): string[] {
  return body.value.map(({ name }) => name);
}

function callOf({ origin, token }: Sandbox): Call {
  return async (method, path, body, { authorization = `Bearer ${token}`, ...headers } = {}) => {
    const answer = await fetch(new URL(path, origin), {
      method,
      headers: { ...(authorization !== '' && { authorization }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text || '{}') as Document };
  };
}
