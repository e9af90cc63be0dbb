import type { ReplayAnswer } from '../../src/admin/replay.ts';
import type { ErrorBody, TestProxy } from './proxy.ts';

type WithAdmin = Pick<TestProxy, 'admin'>;

export async function readSession({ admin }: WithAdmin, key?: string): Promise<Record<string, string>> {
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const answer = await fetch(`${admin}/session`, { headers: authorization });
  const { header, value } = (await answer.json()) as { header: string; value: string };
  return { ...authorization, [header]: value };
}

export interface Replayed {
  readonly status: number;
  readonly answer: ReplayAnswer & ErrorBody;
}

/** @param edits sent as JSON; text is sent unchanged */
export async function replay(
  proxy: WithAdmin,
  id: unknown,
  edits?: object | string,
  headers: Record<string, string> = {},
): Promise<Replayed> {
  const sent = { 'content-type': 'application/json', ...(await readSession(proxy)), ...headers };
  const body = typeof edits === 'object' ? JSON.stringify(edits) : edits;
  const init = { method: 'POST', headers: sent, ...(body !== undefined && { body }) };
  const answer = await fetch(`${proxy.admin}/exchanges/${String(id)}/replay`, init);
  return { status: answer.status, answer: (await answer.json()) as Replayed['answer'] };
}
