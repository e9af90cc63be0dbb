import { CommanderError } from 'commander';
import { ProxyError } from '../errors.ts';
import { printable } from '../text/unseen.ts';
import { Interruption } from './signals.ts';

export interface EndedBy {
  readonly exit: number;
  /** Text for standard error. */
  readonly text: string;
}

export interface FailureOptions {
  /** Adds the stack. */
  readonly debug: boolean;
  /** Errors of other code may quote secrets. */
  readonly redact: (text: string) => string;
}

/** Exit code and text for an error of a command. */
export function renderFailure(error: unknown, { debug, redact }: FailureOptions): EndedBy {
  // commander throws for help and version too, after printing them.
  if (error instanceof CommanderError && error.exitCode === 0) return { exit: 0, text: '' };
  if (error instanceof Interruption) return { exit: error.exit, text: '' };
  const { code, exit, message, hint } = speakable(error);
  // No stack for usage errors: it is useless and quotes the command line.
  const isTold = debug && error instanceof Error && !(error instanceof CommanderError);
  const stack = isTold ? `${error.stack ?? ''}\n` : '';
  return { exit, text: redact(`mkio-proxy: ${code}: ${message}\n${hint}\n${stack}`) };
}

function speakable(error: unknown): ProxyError {
  if (error instanceof ProxyError) return error;
  if (error instanceof CommanderError) return misused(error);
  return new ProxyError('INTERNAL', 'something went wrong inside mkio-proxy', {
    hint: 'Repeat with LOG_LEVEL=debug to see where.',
  });
}

/** Removes quotes of the command line from commander's messages, as it may contain a token, e.g. `--token=…`. */
function misused({ message }: CommanderError): ProxyError {
  const text = message
    .replace(/^error: /, '')
    .replace(/unknown option '([^]*)'/, (_, typed: string) => `unknown option${renderFlagName(typed)}`)
    .replace(/argument '[^]*' is invalid/, 'has an invalid argument')
    .replaceAll('\n', ' ');
  const hint = /unknown option '-[^'=]*token/i.test(message)
    ? NO_TOKEN_FLAG
    : '`mkio-proxy --help` lists the commands and their flags.';
  return new ProxyError('CONFIG_INVALID', printable(text), { hint });
}

/** Flags are in lower case. Other text may be the secret itself. */
function renderFlagName(typed: string): string {
  const name = /^(?:--[a-z][a-z-]{0,29}(?==|$)|-[a-z])/.exec(typed)?.[0];
  return name === undefined ? '' : ` '${name}'`;
}

const NO_TOKEN_FLAG =
  'A token has no flag, as others can read argv: use MKIO_TOKEN or --token-file, and replace a token that was typed here.';
