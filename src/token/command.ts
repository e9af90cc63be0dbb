import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProxyError, readReason } from '../errors.ts';
import { MAX_SOURCE_BYTES } from './file.ts';

export interface CommandWorlds {
  /** The environment of the helper. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Kills a helper and its process group. */
  readonly killGroup: (pid: number) => void;
  /** Aborting kills a running helper. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly words: readonly string[];
  readonly timeoutMs: number;
  /** Name of the source in errors. */
  readonly source: string;
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** Reason of a failure: not started, timeout, exit code or signal. */
  readonly problem: string | undefined;
}

/**
 * Runs a credential helper without a shell or standard input. Resolves when it has exited and its output is closed. It
 * gets a process group of its own, so that the timeout also kills its child processes.
 */
export async function runCommand({ words, timeoutMs }: Command, worlds: CommandWorlds): Promise<Printed> {
  const { env, killGroup, signal } = worlds;
  const [program = '', ...args] = words;
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  let problem: string | undefined;
  const stop = (reason: string): void => {
    problem ??= reason;
    if (child.pid !== undefined) killGroup(child.pid);
    // A process outside the group may hold the pipes open.
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

/** Keeps only as many bytes as a token may need. */
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
  /** Not validated yet. */
  readonly token: string;
  readonly expiresAtMs: number | undefined;
}

/**
 * Parses the output of a helper: the token, or `{"token":…,"expiresAt":…}` with an ISO 8601 time or seconds since 1970.
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

/** The year 5138: a larger number is in milliseconds. */
const LAST_SECOND = 1e11;

function parseTime(time: unknown, source: string): number | undefined {
  if (time === undefined || time === null) return undefined;
  const ms = typeof time === 'string' ? Date.parse(time) : typeof time === 'number' ? time * 1_000 : NaN;
  if (!(ms < LAST_SECOND * 1_000)) {
    throw unusable(source, 'printed an `expiresAt` that is neither an ISO 8601 time nor seconds since 1970');
  }
  // A time before 1970, such as Go's zero time, means no expiry.
  return ms < 0 ? undefined : ms;
}

export const unusable = (source: string, problem: string): ProxyError =>
  new ProxyError('TOKEN_UNAVAILABLE', `the command of ${source} ${problem}`, {
    hint: 'Run the command by hand as the user of the proxy: it has to print the token, or {"token":…,"expiresAt":…}, and end with 0. What it says on standard error is in the log.',
  });
