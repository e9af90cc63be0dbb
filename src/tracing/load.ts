import type { Tracing, TracingOptions } from '../traffic/tracing.ts';

/** The key under which every copy of version 1 of the API registers. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** undefined without an SDK. Checked once, so that requests pay nothing for it. */
export async function loadTracing(options: TracingOptions): Promise<Tracing | undefined> {
  const registered = (globalThis as { readonly [REGISTERED]?: { readonly trace?: unknown } })[REGISTERED];
  if (registered?.trace === undefined) return undefined;
  const { createTracing } = await import('./spans.ts');
  return createTracing(options);
}
