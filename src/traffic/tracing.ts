import type { IncomingMessage } from 'node:http';
import type { FieldLines } from '../http/fields.ts';
import type { ExchangeFacts } from './facts.ts';

/** Spans of exchanges, if an OpenTelemetry SDK was loaded before the proxy. */
export interface Tracing {
  /** Begins the server's span. */
  readonly open: (request: IncomingMessage, target: string) => ExchangeTrace;
  /** Flushes the SDK before the process ends; waits 2 seconds at most. */
  readonly flush: () => Promise<void>;
}

export interface ExchangeTrace {
  /**
   * Begins the span of a request to the upstream.
   *
   * @param path raw path and query
   * @returns the field lines with the span's context instead of the caller's
   */
  readonly send: (method: string, path: string, fields: FieldLines) => FieldLines;
  /** The upstream answered the last request. */
  readonly answer: (status: number) => void;
  /** The last request failed; `code` is the proxy's. */
  readonly fail: (code: string) => void;
  readonly end: (facts: ExchangeFacts) => void;
}

export interface TracingOptions {
  /** The upstream's origin, e.g. `https://app.mk.io`. */
  readonly origin: string;
  readonly redact: (text: string) => string;
  /** The path of a documented operation with its parameters' names, e.g. `/api/v1/projects/{project_name}`. */
  readonly readTemplate: (operation: string) => string | undefined;
}
