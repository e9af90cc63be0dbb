import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A connection for exact bytes in both directions. In strings, one character is one byte.
 */
export interface RawConnection {
  readonly write: (bytes: string | Buffer) => void;
  /** Everything received so far. */
  readonly received: () => string;
  /** Resolves with everything received once it contains `part`; rejects if the connection ends first. */
  readonly until: (part: string) => Promise<string>;
  /** Resolves with the first `count` complete answers; rejects if the connection ends first. */
  readonly answers: (count: number) => Promise<RawAnswer[]>;
  /** How the other side ended the connection. */
  readonly ended: Promise<'closed' | 'reset'>;
  /** Disconnects at once. */
  readonly leave: () => void;
  readonly socket: Socket;
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let outcome: 'closed' | 'reset' | undefined;
  const received = (): string => Buffer.concat(chunks).toString('latin1');
  const ended = new Promise<'closed' | 'reset'>((resolve) => {
    socket.on('error', () => (outcome = 'reset'));
    socket.on('close', () => resolve((outcome ??= 'closed')));
  });
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');

  const read = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (outcome !== undefined) throw new Error(`${outcome} after: ${received().slice(0, 2000)}`);
      await Promise.race([new Promise((resolve) => socket.once('data', resolve)), ended]);
    }
  };
  return {
    write: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    received,
    until: (part) => read(() => (received().includes(part) ? received() : undefined)),
    answers: (count) =>
      read(() => {
        const found = splitAnswers(received());
        return found.length >= count ? found.slice(0, count) : undefined;
      }),
    ended,
    leave: () => void socket.destroy(),
    socket,
  };
}

/** Sends `bytes` and returns everything received until the connection ends: send `Connection: close`. */
export async function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  const connection = await openRaw(port);
  connection.write(bytes);
  await connection.ended;
  return connection.received();
}

/** Sends one request of these lines, without a body, and returns the final answer. */
export async function askRaw(port: number, ...lines: string[]): Promise<RawAnswer> {
  const received = await sendRaw(port, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return readAnswer(received);
}

export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  /** Field lines as received. */
  readonly lines: readonly string[];
  /** Every value of the field, in order. */
  readonly fields: (name: string) => string[];
  /** The first value of the field. */
  readonly field: (name: string) => string | undefined;
  /** The body without chunked framing. */
  readonly body: string;
}

/** The first final answer in `received`, even with an incomplete body. */
export function readAnswer(received: string): RawAnswer {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) throw new Error(`no answer in: ${received.slice(0, 2000)}`);
  const rest = received.slice(headEnd + 4);
  const [statusLine = '', ...lines] = received.slice(0, headEnd).split('\r\n');
  const [, status = '', reason = ''] = /^HTTP\/1\.\d (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
  if (status.startsWith('1')) return readAnswer(rest);
  const fields = (name: string): string[] =>
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return line.slice(0, colon).toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
    });
  const chunked = fields('transfer-encoding').includes('chunked');
  return {
    status: Number(status),
    reason,
    lines,
    fields,
    field: (name) => fields(name)[0],
    body: chunked ? readChunks(rest).body : rest,
  };
}

/** The complete answers at the start of `received`. Answers to HEAD are not supported: they seem unfinished. */
function splitAnswers(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) return answers;
    const head = rest.slice(0, headEnd + 4);
    const tail = rest.slice(headEnd + 4);
    if (/^HTTP\/1\.\d 1/.test(head)) {
      rest = tail;
      continue;
    }
    const length = readBodyLength(readAnswer(head), tail);
    if (length === undefined || length > tail.length) return answers;
    answers.push(readAnswer(head + tail.slice(0, length)));
    rest = tail.slice(length);
  }
}

function readBodyLength({ status, field }: RawAnswer, tail: string): number | undefined {
  if (status === 204 || status === 304) return 0;
  if (field('transfer-encoding') === 'chunked') return readChunks(tail).length;
  const length = field('content-length');
  return length === undefined ? undefined : Number(length);
}

/** `length` of the framed body; undefined without the last chunk. */
function readChunks(framed: string): { body: string; length: number | undefined } {
  let body = '';
  let at = 0;
  for (;;) {
    const lineEnd = framed.indexOf('\r\n', at);
    const size = lineEnd === -1 ? NaN : parseInt(framed.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return { body, length: undefined };
    if (size === 0) return { body, length: framed.startsWith('\r\n', lineEnd + 2) ? lineEnd + 4 : undefined };
    body += framed.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
