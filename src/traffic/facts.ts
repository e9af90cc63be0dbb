/**
 * Who answered: MK.IO (`upstream`), or the proxy because a rule forbids the request (`refusal`), because the upstream leg
 * broke (`failure`), or to answer a browser's preflight (`preflight`).
 */
export type AnsweredBy = 'upstream' | 'refusal' | 'failure' | 'preflight';

/** `truncated` by the upstream; `cancelled` by the caller or at the drain limit. */
export type Ending = 'complete' | 'truncated' | 'cancelled';

/** One exchange in the access log and in lists. docs/logging.md explains each field. */
export interface ExchangeFacts {
  readonly id: string;
  readonly replayOf: string | undefined;
  readonly receivedAtMs: number;
  readonly caller: string | undefined;
  readonly callerName: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly operation: string | undefined;
  readonly operationName: string | undefined;
  readonly project: string | undefined;
  readonly status: number | undefined;
  readonly answeredBy: AnsweredBy | undefined;
  readonly code: string | undefined;
  readonly upstreamCode: string | undefined;
  readonly ref: string | undefined;
  readonly ending: Ending;
  readonly requestBytes: number | undefined;
  readonly bytes: number;
  readonly retries: number | undefined;
  readonly connectedMs: number | undefined;
  readonly sentMs: number | undefined;
  readonly firstByteMs: number | undefined;
  readonly ms: number;
}
