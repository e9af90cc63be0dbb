import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProxyError, readReason } from '../errors.ts';
import { MAX_SOURCE_BYTES } from './file.ts';

export interface CommandWorlds {
  /** The environment of the helper. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends a helper together with whatever it started. */
  readonly killGroup: (pid: number) => void;
  /** Ends a helper that still runs. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly words: readonly string[];
  readonly timeoutMs: number;
  /** For errors. */
  readonly source: string;
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** Why it gave nothing: it could not be started, took too long, failed. */
  readonly problem: string | undefined;
}

/**
 * Runs a credential helper, without a shell and without standard input, until it and all that holds its output has ended. In
 * a process group of its own, so that the time limit ends the whole of it.
 */
export async function runCommand({ words, timeoutMs }: Command, worlds: CommandWorlds): Promise<Printed> {
  const { env, killGroup, signal } = worlds;
  const [program = '', ...args] = words;
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  let problem: string | undefined;
  const stop = (reason: string): void => {
    problem ??= reason;
    if (child.pid !== undefined) killGroup(child.pid);
    // A process outside of the group may hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const onAbort = (): void => stop('was ended with the proxy');
  const limit = setTimeout(() => stop(`did not end within ${timeoutMs} ms`), timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  const stdout = collect(child.stdout, () => stop(`printed more than ${MAX_SOURCE_BYTES} bytes`));
  const stderr = collect(child.stderr, () => undefined);
  try {
    const failure = await whenEnded(child);
    return { stdout: stdout(), stderr: stderr(), problem: problem ?? failure };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Keeps as much as any token needs. */
function collect(stream: Readable, onExcess: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_SOURCE_BYTES) onExcess();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

async function whenEnded(child: ChildProcess): Promise<string | undefined> {
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve(`cannot be started (${readReason(error)})`));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${code}`);
    });
  });
}

export interface PrintedToken {
  /** Not looked at yet. */
  readonly token: string;
  readonly expiresAtMs: number | undefined;
}

/**
 * Output of a helper: the token, or `{"token":…,"expiresAt":…}` with an ISO 8601 time or seconds since 1970.
 *
 * @throws ProxyError TOKEN_UNAVAILABLE
 */
export function parsePrinted(stdout: string, source: string): PrintedToken {
  if (!stdout.trimStart().startsWith('{')) return { token: stdout, expiresAtMs: undefined };
  const { token, expiresAt } = parseJson(stdout, source);
  if (typeof token !== 'string') throw unusable(source, 'printed JSON without a text `token`');
  return { token, expiresAtMs: parseTime(expiresAt, source) };
}

function parseJson(text: string, source: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // The message of a SyntaxError quotes the output.
    throw unusable(source, 'printed JSON that is not valid');
  }
}

/** The year 5138: more would be milliseconds that were taken for seconds. */
const LAST_SECOND = 1e11;

function parseTime(time: unknown, source: string): number | undefined {
  if (time === undefined || time === null) return undefined;
  const ms = typeof time === 'string' ? Date.parse(time) : typeof time === 'number' ? time * 1_000 : NaN;
  if (!(ms < LAST_SECOND * 1_000)) {
    throw unusable(source, 'printed an `expiresAt` that is neither an ISO 8601 time nor seconds since 1970');
  }
  // Before 1970 stands for no time at all, as the zero time of Go does.
  return ms < 0 ? undefined : ms;
}

export const unusable = (source: string, problem: string): ProxyError =>
  new ProxyError('TOKEN_UNAVAILABLE', `the command of ${source} ${problem}`, {
    hint: 'Run the command by hand as the user of the proxy: it has to print the token, or {"token":…,"expiresAt":…}, and end with 0. What it says on standard error is in the log.',
  });
