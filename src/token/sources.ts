import type { TokenConfig } from '../config/config.ts';
import { ProxyError } from '../errors.ts';
import { MASK } from '../secrets/mask.ts';
import type { CommandWorlds } from './command.ts';
import { parsePrinted, runCommand, unusable } from './command.ts';
import type { ExposedFile } from './file.ts';
import { readBounded, readTokenFile } from './file.ts';
import { parseToken } from './parse.ts';

export interface FoundToken {
  readonly token: string;
  /** Expiry from the source, in addition to the token's own. */
  readonly expiresAtMs?: number | undefined;
  /** The token's file, if other users may read it. */
  readonly exposed?: ExposedFile | undefined;
}

/** The source of the token. */
export interface TokenSource {
  /** `value` and `stdin` are read once. `file` and `command` may return a new token each time. */
  readonly kind: 'value' | 'stdin' | 'file' | 'command';
  /** For banners and logs. It never contains the token. */
  readonly name: string;
  /** Path of the file to watch. */
  readonly path?: string;
  /** @throws ProxyError TOKEN_UNAVAILABLE */
  readonly read: () => Promise<FoundToken>;
}

/** Origins of the settings, e.g. `environment` or `flag --token-file`. */
export interface TokenOrigins {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly tokenCommand?: string;
}

export interface SourceWorlds extends CommandWorlds {
  readonly stdin: () => AsyncIterable<Buffer>;
  /** Masks a token. Called with each token before any other use. */
  readonly hold: (token: string) => void;
  /** Receives each raw line of a helper's standard error. */
  readonly onStderr: (line: string) => void;
}

const STDIN = '-';

/**
 * Creates the configured source.
 *
 * @throws ProxyError TOKEN_UNAVAILABLE without a token
 */
export function createTokenSource(config: TokenConfig, origins: TokenOrigins, worlds: SourceWorlds): TokenSource {
  const { value, file, command, commandTimeoutMs } = config;
  if (value !== undefined) return createValueSource(value, nameOf('MKIO_TOKEN', origins.token), worlds.hold);
  if (file === STDIN) return createStdinSource(nameOf(`MKIO_TOKEN_FILE ${STDIN}`, origins.tokenFile), worlds);
  if (file !== undefined)
    return createFileSource(file, nameOf(`MKIO_TOKEN_FILE ${file}`, origins.tokenFile), worlds.hold);
  if (command !== undefined) {
    const source = nameOf('MKIO_TOKEN_COMMAND', origins.tokenCommand);
    return createCommandSource({ words: command, timeoutMs: commandTimeoutMs, source }, worlds);
  }
  throw new ProxyError(
    'TOKEN_UNAVAILABLE',
    'no token: none of MKIO_TOKEN, MKIO_TOKEN_FILE and MKIO_TOKEN_COMMAND is set',
  );
}

const nameOf = (setting: string, origin: string | undefined): string =>
  origin === undefined ? setting : `${setting} (${origin})`;

type Hold = SourceWorlds['hold'];

/** A source with a fixed token. */
export const createValueSource = (value: string, name: string, hold: Hold = () => undefined): TokenSource => ({
  kind: 'value',
  name,
  // eslint-disable-next-line @typescript-eslint/require-await -- errors must become rejections
  read: async () => held({ token: parseToken(value, name) }, hold),
});

const createStdinSource = (name: string, { stdin, hold }: SourceWorlds): TokenSource => ({
  kind: 'stdin',
  name,
  read: async () => held({ token: parseToken(await readBounded(stdin(), name), name) }, hold),
});

export const createFileSource = (path: string, name: string, hold: Hold): TokenSource => ({
  kind: 'file',
  name,
  path,
  read: async () => {
    const { text, exposed } = await readTokenFile(path, name);
    return held({ token: parseToken(text, name), exposed }, hold);
  },
});

interface CommandOptions {
  readonly words: readonly string[];
  readonly timeoutMs: number;
  readonly source: string;
}

const createCommandSource = (command: CommandOptions, worlds: SourceWorlds): TokenSource => ({
  kind: 'command',
  name: command.source,
  read: async () => {
    const { source } = command;
    const { stdout, stderr, problem } = await runCommand(command, worlds);
    try {
      if (problem !== undefined) throw unusable(source, problem);
      if (stdout.trim() === '') throw unusable(source, 'printed nothing');
      const { token, expiresAtMs } = parsePrinted(stdout, source);
      return held({ token: parseToken(token, source), expiresAtMs }, worlds.hold);
    } finally {
      // After parsing, as stderr may repeat the token, which is masked by now.
      for (const line of readLines(stderr, stdout)) worlds.onStderr(line);
    }
  },
});

const MAX_STDERR_LINES = 50;
/** Shorter words are not secrets. */
const MIN_SECRET_LENGTH = 8;

/** Removes words of stdout from stderr, as unusable output may still contain a token. */
function readLines(stderr: string, stdout: string): string[] {
  const words = stdout.split(/\s+/).filter(({ length }) => length >= MIN_SECRET_LENGTH);
  const clean = words.reduce((text, word) => text.replaceAll(word, MASK), stderr);
  const lines = clean.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.slice(0, MAX_STDERR_LINES);
}

function held(found: FoundToken, hold: Hold): FoundToken {
  hold(found.token);
  return found;
}
