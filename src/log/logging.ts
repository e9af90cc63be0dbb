import pino from 'pino';
import type { Logger, LoggerOptions } from 'pino';
import type { LogConfig, LogFileConfig } from '../config/config.ts';
import { createLogSink } from './sink.ts';
import type { LogQueue } from './queue.ts';
import { maskValues } from './values.ts';
import { printable, printableJson } from '../text/unseen.ts';

export interface LogWorlds {
  readonly isTTY: boolean;
  /** Last line of defence: masks tokens in all output. */
  readonly mask?: (text: string) => string;
  /** Default: standard output. */
  readonly stream?: { readonly write: (text: string) => unknown };
}

export interface Logging {
  readonly log: Logger;
  readonly pretty: boolean;
  /** Prints plain text, such as the banner. */
  readonly print: (text: string) => void;
  /** Resolves when the queue is written, or after its time limit. */
  readonly flush: (limitMs?: number) => Promise<void>;
  /** Reopens the log file if it was moved or deleted. */
  readonly reopenFile: () => void;
}

const LINES: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};
const STDOUT = 1;
const FLUSH_LIMIT_MS = 1_000;

export async function createLogger(config: LogConfig, worlds: LogWorlds): Promise<Logging> {
  const { isTTY, mask = (text: string) => text, stream } = worlds;
  const pretty = config.format === 'pretty' || (config.format === 'auto' && isTTY);
  const render = pretty ? await createPrettyRenderer(isTTY) : undefined;
  const onDropped = (lines: number): void => {
    log.warn({ event: 'log-dropped', lines }, 'log lines were dropped, as nothing took them');
  };
  const maskJson = (lines: string): string => printableJson(maskValues(lines, mask));
  const leave = pretty ? mask : maskJson;
  const sink = stream === undefined ? createLogSink({ fd: STDOUT, onDropped, mask: leave }) : undefined;
  const print = (text: string): void => (sink === undefined ? void stream?.write(leave(text)) : sink.write(text));
  const show = render ? (line: string) => print(render(printable(line))) : print;
  const file: LogQueue | undefined = config.file && (await startLogFile(config.file, maskJson, () => log));
  const tee = (line: string): void => {
    show(line);
    file?.write(line);
  };
  const log: Logger = pino({ ...LINES, level: config.level }, { write: file === undefined ? show : tee });
  const flush = async (limitMs = FLUSH_LIMIT_MS): Promise<void> => {
    await Promise.all([sink?.flush(limitMs), file?.flush(limitMs)]);
  };
  return { log, pretty, print, flush, reopenFile: () => file?.wake() };
}

async function startLogFile(
  config: LogFileConfig,
  mask: (text: string) => string,
  readLog: () => Logger,
): Promise<LogQueue> {
  const { openLogFile } = await import('./file.ts');
  return await openLogFile({
    config,
    mask,
    onDropped: (lines) => readLog().warn({ event: 'log-dropped', lines }, 'log lines are not in the file'),
    onBroken: (reason) => readLog().error({ event: 'log-file', reason }, 'the file of the log cannot be written'),
  });
}

async function createPrettyRenderer(colorize: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  return prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    messageFormat: (line, messageKey) => renderMessage(line as Line, messageKey),
    ignore: EXCHANGE_FIELDS,
  });
}

// The message of an exchange already shows these fields. The id is in the answer's headers.
const EXCHANGE_FIELDS =
  'event,id,replayOf,receivedAtMs,caller,callerName,method,target,operation,operationName,project,status,answeredBy,code,upstreamCode,ref,ending,requestBytes,bytes,retries,connectedMs,sentMs,firstByteMs,ms';

type Line = Readonly<Record<string, string | number | undefined>>;

function renderMessage(line: Line, messageKey: string): string {
  return line.event === 'exchange' ? renderExchange(line) : String(line[messageKey]);
}

/** `GET /api/v1/projects 200 12.3 ms`, then anything unusual. */
function renderExchange({ method, target, status, code, ending, retries, ms }: Line): string {
  const duration = ms === undefined ? undefined : `${ms} ms`;
  const unusual = [code, ending === 'complete' ? undefined : ending, retries === undefined ? undefined : 'repeated'];
  const words = [method, target, status, duration, ...unusual].filter((word) => word !== undefined && word !== '');
  return printable(words.join(' '));
}
