import type { Edits } from '../../admin/repeatable-request.ts';
import { readStranger } from '../../admin/repeatable-request.ts';
import type { ReplayAnswer } from '../../admin/replay.ts';
import { MASK } from '../../secrets/mask.ts';
import type { Api } from './api.ts';
import type { WholeExchange } from './exchange.ts';

/** Overrides for a replay; absent members keep the recorded value. */
export type Change = Edits;

/** Makes the proxy send an exchange's request again. */
export async function replay(api: Api, id: string, change: Change = {}): Promise<ReplayAnswer> {
  const answer = await api.change('POST', `/exchanges/${encodeURIComponent(id)}/replay`, change);
  return (await answer.json()) as ReplayAnswer;
}

/** A request in the edit dialog. */
export interface Edited {
  readonly method: string;
  readonly target: string;
  /** `name: value` lines. */
  readonly headers: string;
  readonly body: string;
}

export interface Draft extends Edited {
  /** Why the recorded body cannot be used; undefined if it can. */
  readonly bodyProblem: string | undefined;
  /** The sender of a request that the proxy refused for its sender; sending again confirms it. */
  readonly stranger: string | undefined;
}

/** Fields that the connection sets. */
const NOT_REPEATED =
  /^(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|accept-encoding|sec-.*)$/i;

export function draftOf({ facts, requestText }: WholeExchange): Draft {
  const { method, target, request } = facts;
  const headers = request.headers.filter(([name, value]) => !NOT_REPEATED.test(name) && !value.includes(MASK));
  const bodyProblem = readBodyProblem(request.body);
  return {
    method,
    target,
    headers: headers.map(([name, value]) => `${name}: ${value}`).join('\n'),
    body: bodyProblem === undefined ? (requestText ?? '') : '',
    bodyProblem,
    stranger: readStranger(facts, request.headers),
  };
}

function readBodyProblem(body: WholeExchange['facts']['request']['body']): string | undefined {
  if (body === undefined || body.bytes === 0) return undefined;
  if (!body.kept) return 'The body that was sent is not kept: write one here, or none is sent.';
  if (body.redacted) return 'Secrets in the body that was sent are masked: write it here again.';
  return body.cut ? 'Only the beginning of the body that was sent is kept: write it here again.' : undefined;
}

/** The edited parts only; undefined if a header line is invalid. */
export function changeOf(draft: Draft, { method, target, headers, body }: Edited): Change | undefined {
  const lines = readHeaderLines(headers);
  if (lines === undefined) return undefined;
  return {
    ...(method !== draft.method && { method }),
    ...(target !== draft.target && { target }),
    ...(headers !== draft.headers && { headers: lines }),
    ...(draft.stranger !== undefined && { confirm: true as const }),
    ...((body !== draft.body || draft.bodyProblem !== undefined) && { body }),
  };
}

function readHeaderLines(text: string): [name: string, value: string][] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const headers = lines.map((line) => /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line));
  return headers.every((found) => found !== null)
    ? headers.map(([, name = '', value = '']) => [name, value])
    : undefined;
}
