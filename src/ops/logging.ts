import pino from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import type { LogConfig } from '../config/config.ts';
import { printable } from './printable.ts';

export interface LogWorlds {
  readonly isTTY: boolean;
  /** Standard output when absent. */
  readonly stream?: NodeJS.WritableStream;
}

export interface Logging {
  readonly log: Logger;
  readonly pretty: boolean;
  /** Writes out what is still buffered; also happens at exit. */
  readonly flush: () => void;
}

const LINES: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};

export async function createLogger({ level, format }: LogConfig, { isTTY, stream }: LogWorlds): Promise<Logging> {
  const pretty = format === 'pretty' || (format === 'auto' && isTTY);
  const target: DestinationStream & { readonly flushSync?: () => void } = pretty
    ? await prettyStream(isTTY, stream)
    : (stream ?? bufferedStdout());
  const log = pino({ ...LINES, level }, target);
  return { log, pretty, flush: () => target.flushSync?.() };
}

/** Asynchronous: a slow reader of the log delays no request. pino writes the rest out at exit. */
const bufferedStdout = (): ReturnType<typeof pino.destination> => pino.destination({ dest: 1, sync: false });

/** In this process rather than in pino's worker thread, which would lose the last lines at exit. */
async function prettyStream(colorize: boolean, stream?: NodeJS.WritableStream): Promise<DestinationStream> {
  const { default: pinoPretty } = await import('pino-pretty');
  return pinoPretty({
    colorize,
    sync: true,
    destination: stream ?? 1,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    messageFormat: (line, messageKey) => renderMessage(line as Line, messageKey),
    ignore: EXCHANGE_FIELDS,
  });
}

// What the message of an exchange says already, and its id, which the answer carries too.
const EXCHANGE_FIELDS = 'event,id,caller,callerName,method,target,status,answeredBy,code,ending,bytes,retries,ms';

type Line = Readonly<Record<string, string | number | undefined>>;

function renderMessage(line: Line, messageKey: string): string {
  return line.event === 'exchange' ? renderExchange(line) : String(line[messageKey]);
}

/** `GET /api/v1/projects 200 12.3 ms`, and what was unusual about it. */
function renderExchange({ method, target, status, code, ending, retries, ms }: Line): string {
  const duration = ms === undefined ? undefined : `${ms} ms`;
  const unusual = [code, ending === 'complete' ? undefined : ending, retries === undefined ? undefined : 'repeated'];
  const words = [method, target, status, duration, ...unusual].filter((word) => word !== undefined);
  return printable(words.join(' '));
}
