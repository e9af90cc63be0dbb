import { Command, Option } from 'commander';
import { readNearest } from '../config/nearest.ts';
import type { OptionKey } from '../config/options.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import { GROUP_TITLES, renderAbout, renderFlag, renderSecretHelp } from '../config/render.ts';
import { ProxyError } from '../errors.ts';
import { readVersion } from './version.ts';

/** Does its work and tells the exit code; `flags` are commander's, named like the settings. */
type Run = (flags: Readonly<Record<string, string>>, args: readonly string[]) => Promise<number>;

interface CommandRow {
  readonly about: string;
  /** Behind the command's name, e.g. `<action> <name>`. */
  readonly args?: string;
  /** Settings that have a flag here. */
  readonly settings: readonly OptionKey[];
  /** Further flags. */
  readonly flags?: readonly Option[];
  /** Each command is imported when it runs, so that `--help` does not wait for a web server. */
  readonly load: () => Promise<Run>;
}

const WITH_FLAGS = OPTION_KEYS.filter((key) => renderFlag(key) !== undefined);

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  start: {
    about: 'start the proxy (the default command)',
    settings: WITH_FLAGS,
    load: async () => (await import('./start.ts')).start,
  },
  demo: {
    about: 'start the proxy in front of a built-in stand-in for MK.IO; needs no token',
    settings: ['port', 'adminPort'],
    flags: [new Option('--once', 'make three calls, show them and end')],
    load: async () => (await import('./demo.ts')).demo,
  },
  sandbox: {
    about: 'start the stand-in for MK.IO alone',
    settings: [],
    flags: [
      new Option('--port <port>', 'port to listen on; 0 takes a free one').default('6548'),
      new Option('--host <host>', 'address to listen on').default('127.0.0.1'),
      new Option('--rate-limit <count>', 'answer 429 after this many requests'),
      new Option('--next-links <form>', 'form of @odata.nextLink')
        .choices(['relative', 'absolute'])
        .default('relative'),
    ],
    load: async () => (await import('./sandbox.ts')).sandbox,
  },
  check: {
    about: 'show the settings, decode the token and make one call to MK.IO',
    settings: WITH_FLAGS,
    flags: [new Option('--json', 'print one JSON object')],
    load: async () => (await import('./check.ts')).check,
  },
  key: {
    about: 'make a key for a caller: `key new NAME`',
    args: '<action> <name>',
    settings: [],
    load: async () => (await import('./key.ts')).key,
  },
  settings: {
    about: 'print all settings as a .env file, a JSON schema or a Markdown table',
    settings: [],
    flags: [new Option('--format <format>', 'what to print').choices(['env', 'schema', 'markdown']).default('env')],
    load: async () => (await import('./settings.ts')).settings,
  },
};

/** Runs the command that `args` name and resolves to the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  refuseUnknownCommand(args[0]);
  let exitCode = 0;
  const version = readVersion();
  const program = new Command('mkio-proxy')
    .description("A local proxy for MediaKind's MK.IO API: callers use the API, the token stays here.")
    .version(version)
    .addHelpText('after', '\n`mkio-proxy start --help` lists every setting; `mkio-proxy demo` needs none.')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const [name, row] of Object.entries(COMMANDS)) {
    const command = program
      .command([name, row.args].join(' ').trim(), { isDefault: name === 'start' })
      .description(row.about)
      .version(version)
      .action(async () => {
        const run = await row.load();
        exitCode = await run(command.opts(), command.args);
      });
    for (const option of [...(row.flags ?? []), ...row.settings.map(flagFor)]) command.addOption(option);
    if (row.settings === WITH_FLAGS) command.addHelpText('after', `\n${renderSecretHelp()}`);
  }
  await program.parseAsync(args, { from: 'user' });
  return exitCode;
}

const flagFor = (key: OptionKey): Option =>
  new Option(renderFlag(key) ?? '', renderAbout(key)).helpGroup(`${GROUP_TITLES[optionOf(key).group]}:`);

/** commander would hand an unknown word to the default command. The word may be a token, so only a near miss is named. */
function refuseUnknownCommand(word: string | undefined): void {
  const names = [...Object.keys(COMMANDS), 'help'];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  const nearest = readNearest(word, names);
  const shown = nearest === undefined ? 'unknown command' : `unknown command '${word}' (Did you mean ${nearest}?)`;
  throw new ProxyError('CONFIG_INVALID', shown, { hint: '`mkio-proxy --help` lists the commands.' });
}
