import { Command, Option } from 'commander';
import type { OptionKey } from '../config/options.ts';
import { optionOf } from '../config/options.ts';
import { GROUP_TITLES, renderAbout, renderFlag, renderSecretHelp } from '../config/render.ts';
import { ProxyError } from '../errors.ts';
import { readNearest } from '../text/nearest.ts';
import type { CommandRow, Values } from './program.ts';
import { COMMANDS, WITH_FLAGS } from './program.ts';
import { readVersion } from './version.ts';

/** Runs the command in `args` and resolves to the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  refuseUnknownCommand(args);
  let exitCode = 0;
  const version = readVersion();
  const program = new Command('mkio-proxy')
    .description("A local proxy for MediaKind's MK.IO API: callers use the API, the token stays here.")
    .version(version)
    .addHelpText('after', '\n`mkio-proxy start --help` lists every setting; `mkio-proxy demo` needs none.')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addCommands(program, COMMANDS, { version, onExit: (code) => (exitCode = code) });
  await program.parseAsync(args, { from: 'user' });
  return exitCode;
}

interface ProgramFacts {
  readonly version: string;
  readonly onExit: (code: number) => void;
}

function addCommands(parent: Command, rows: typeof COMMANDS, facts: ProgramFacts): void {
  for (const [name, row] of Object.entries(rows)) {
    const command = parent
      .command(name, { isDefault: name === 'start' })
      .description(row.about)
      .version(facts.version);
    if ('commands' in row) addCommands(command, row.commands, facts);
    else addAction(command, row, facts.onExit);
  }
}

function addAction(command: Command, row: CommandRow, onExit: (code: number) => void): void {
  if (row.words !== undefined) command.argument(row.words);
  for (const option of [...(row.flags ?? []), ...row.settings.map(flagFor)]) command.addOption(option);
  if (row.settings === WITH_FLAGS) command.addHelpText('after', `\n${renderSecretHelp()}`);
  command.action(async () => {
    const run = await row.load();
    onExit(await run(command.opts<Values>(), command.args));
  });
}

const flagFor = (key: OptionKey): Option =>
  new Option(renderFlag(key) ?? '', renderAbout(key)).helpGroup(`${GROUP_TITLES[optionOf(key).group]}:`);

/**
 * commander passes an unknown word to the default command and quotes an unknown subcommand. As the word may be a token,
 * the error quotes it only if it resembles a command.
 */
function refuseUnknownCommand([word, ...words]: readonly string[], rows: typeof COMMANDS = COMMANDS): void {
  const names = [...Object.keys(rows), 'help'];
  if (rows !== COMMANDS && word === undefined) throw misnamed(`a command is missing: ${names.join(', ')}`);
  if (word === undefined || word.startsWith('-')) return;
  const row = rows[word];
  if (row !== undefined && 'commands' in row) refuseUnknownCommand(words, row.commands);
  if (names.includes(word)) return;
  const nearest = readNearest(word, names);
  throw misnamed(nearest === undefined ? 'unknown command' : `unknown command '${word}' (Did you mean ${nearest}?)`);
}

const misnamed = (text: string): ProxyError =>
  new ProxyError('CONFIG_INVALID', text, { hint: '`mkio-proxy --help` lists the commands.' });
