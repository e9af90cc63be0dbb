import type { IncomingMessage } from 'node:http';
import type { FieldLines } from '../http/fields.ts';
import type { ExchangeFacts } from './facts.ts';

/** Spans of exchanges, where an SDK of OpenTelemetry has been loaded before the proxy. */
export interface Tracing {
  /** Begins the server's span. */
  readonly open: (request: IncomingMessage, target: string) => ExchangeTrace;
  /** Has the SDK send what it holds, before the process ends; waits for that for two seconds at most. */
  readonly flush: () => Promise<void>;
}

export interface ExchangeTrace {
  /**
   * Begins the span of one more request to the upstream.
   *
   * @param path raw path and query
   * @returns the request's field lines with its context in place of the caller's
   */
  readonly send: (method: string, path: string, fields: FieldLines) => FieldLines;
  /** The upstream has answered the last one. */
  readonly answer: (status: number) => void;
  /** The last one broke; `code` is the proxy's own. */
  readonly fail: (code: string) => void;
  readonly end: (facts: ExchangeFacts) => void;
}

export interface TracingWorlds {
  /** Of the upstream, e.g. `https://app.mk.io`. */
  readonly origin: string;
  readonly redact: (text: string) => string;
  /** The path of a documented operation with its parameters' names, e.g. `/api/v1/projects/{project_name}`. */
  readonly readTemplate: (operation: string) => string | undefined;
}
