import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { ReplayAnswer } from '../../admin/replay.ts';
import type { ExchangeDetail } from '../../admin/exchange-view.ts';
import type { Flags } from '../../config/layers.ts';
import { ProxyError, readReason } from '../../errors.ts';
import { printable } from '../../text/unseen.ts';
import type { Edits, Field } from '../../admin/repeatable-request.ts';
import type { AdminClient } from '../admin-client.ts';
import { createAdminClient } from '../admin-client.ts';
import { renderJson, renderLines, say } from './tail.ts';

interface ReplayFlags extends Pick<Flags, 'adminHost' | 'adminPort' | 'config'> {
  readonly method?: string;
  readonly target?: string;
  /** Each as `name: value`. */
  readonly header?: readonly string[];
  /** Path of a file; `-` for standard input. */
  readonly body?: string;
  /** Repeats the request of a caller whom the proxy refused. */
  readonly confirm?: boolean;
  readonly json?: boolean;
}

const MAX_BODY_BYTES = 1_048_576;
const STDIN = 0;

/** Replays a recorded exchange of a running proxy and shows the new one. Resolves to the exit code. */
export async function replay(flags: ReplayFlags, [id = '']: readonly string[]): Promise<number> {
  const { method, target, header = [], body, confirm, json = false, ...where } = flags;
  const added = header.map(parseHeader);
  const text = body === undefined ? undefined : readBody(body);
  const admin = createAdminClient(where);
  const path = `/exchanges/${encodeURIComponent(id)}`;
  const headers = added.length === 0 ? undefined : withFields(await readExchange(admin, path), added);
  const { exchange, leftOut } = await send(admin, path, {
    method,
    target,
    headers,
    body: text,
    ...(confirm === true && { confirm }),
  }).catch(inOwnWords);
  if (leftOut.length > 0) say(`not sent: ${printable(leftOut.join(', '))}`);
  const made = await readExchange(admin, `/exchanges/${exchange}`);
  process.stdout.write(json ? renderJson(made, []) : renderLines(made, []));
  return 0;
}

async function send(admin: AdminClient, path: string, edits: Edits): Promise<ReplayAnswer> {
  const session = (await (await admin.ask('/session')).json()) as { readonly header: string; readonly value: string };
  const headers = { [session.header]: session.value, 'content-type': 'application/json' };
  const answer = await admin.ask(`${path}/replay`, { method: 'POST', headers, body: JSON.stringify(edits) });
  return (await answer.json()) as ReplayAnswer;
}

/** Replaces the hint of the answer, which is for HTTP clients. */
function inOwnWords(error: unknown): never {
  if (error instanceof ProxyError && (error.code === 'REPLAY_INCOMPLETE' || error.code === 'REPLAY_INVALID'))
    throw new ProxyError(error.code, error.message, { hint: HINTS[error.code] });
  throw error;
}

const HINTS = {
  REPLAY_INCOMPLETE:
    'Supply what is not kept whole by --target or --body <file>, with the secrets in place; repeat a refused caller by --confirm.',
  REPLAY_INVALID: 'Correct --method, --target or --header.',
};

const readExchange = async (admin: AdminClient, path: string): Promise<ExchangeDetail> =>
  (await (await admin.ask(path)).json()) as ExchangeDetail;

/** Added fields override recorded fields of the same name. */
function withFields({ request }: ExchangeDetail, added: readonly Field[]): Field[] {
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...request.headers.filter(([name]) => !names.has(name.toLowerCase())), ...added];
}

function parseHeader(text: string): Field {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new ProxyError('CONFIG_INVALID', '--header is not `name: value`', {
    hint: 'For example: --header "content-type: application/json".',
  });
}

/** @throws ProxyError CONFIG_INVALID */
function readBody(path: string): string {
  const bytes = readBytes(path);
  if (bytes.length > MAX_BODY_BYTES) throw wrongBody('is larger than 1 MiB', 'Replay with a smaller body.');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrongBody('is no text in UTF-8', 'Only text can be replayed.');
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? STDIN : path);
  } catch (error) {
    throw wrongBody(`cannot be read (${readReason(error)})`, 'Name a file that can be read, or - for standard input.');
  }
}

const wrongBody = (problem: string, hint: string): ProxyError =>
  new ProxyError('CONFIG_INVALID', `--body: what it names ${problem}`, { hint });
