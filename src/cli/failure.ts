import { CommanderError } from 'commander';
import { ProxyError } from '../errors.ts';
import { printable } from '../ops/printable.ts';

export interface EndedBy {
  readonly exit: number;
  /** For standard error. */
  readonly text: string;
}

/** How the process ends when a command throws. */
export function renderFailure(error: unknown, { debug }: { readonly debug: boolean }): EndedBy {
  // Help and version are thrown too; they have been printed.
  if (error instanceof CommanderError && error.exitCode === 0) return { exit: 0, text: '' };
  const { code, exit, message, hint } = speakable(error);
  const stack = debug && error instanceof Error ? `${error.stack ?? ''}\n` : '';
  return { exit, text: `mkio-proxy: ${code}: ${message}\n${hint}\n${stack}` };
}

function speakable(error: unknown): ProxyError {
  if (error instanceof ProxyError) return error;
  if (error instanceof CommanderError) return misused(error);
  return new ProxyError('INTERNAL', 'something went wrong inside mkio-proxy', {
    hint: 'Repeat with LOG_LEVEL=debug to see where.',
  });
}

/** commander quotes the argument as it was typed, so `--token=…` would put the secret on the screen. */
function misused({ message }: CommanderError): ProxyError {
  const text = message
    .replace(/^error: /, '')
    // A name that may be a value itself is left out.
    .replace(/unknown option '(--[A-Za-z_-]{1,30}(?=[='])|-\w)?[^]*'/, (_, name: string | undefined) =>
      name === undefined ? 'unknown option' : `unknown option '${name}'`,
    )
    .replace(/argument '[^]*' is invalid/, 'argument is invalid')
    .replaceAll('\n', ' ');
  const hint = /unknown option '--\w*token\w*'/i.test(text)
    ? NO_TOKEN_FLAG
    : '`mkio-proxy --help` lists the commands and their flags.';
  return new ProxyError('CONFIG_INVALID', printable(text), { hint });
}

const NO_TOKEN_FLAG =
  'A token has no flag, as others can read argv: use MKIO_TOKEN or --token-file, and replace a token that was typed here.';
