import type { ExchangeFacts } from '../traffic/facts.ts';

/** The tone of an exchange: good, worth a look, bad, or neutral. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

export function toneOf({ status, ending }: Pick<ExchangeFacts, 'status' | 'ending'>): Tone {
  if (ending === 'truncated' || (status ?? 0) >= 500) return 'bad';
  if (ending === 'cancelled' || (status ?? 0) >= 400) return 'warn';
  return status === undefined ? 'quiet' : 'good';
}

export function renderAnswerer({ answeredBy }: Pick<ExchangeFacts, 'answeredBy'>): string {
  if (answeredBy === 'upstream') return 'MK.IO';
  if (answeredBy === 'refusal') return 'proxy refused';
  if (answeredBy === 'failure') return 'proxy failed';
  return answeredBy === 'preflight' ? 'proxy preflight' : 'nobody';
}

/** Reason phrases (RFC 9110 §15). */
export const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
