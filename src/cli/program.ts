import { Command, Option } from 'commander';
import { readNearest } from '../text/nearest.ts';
import type { OptionKey } from '../config/options.ts';
import { OPTION_KEYS, optionOf } from '../config/options.ts';
import { GROUP_TITLES, renderAbout, renderFlag, renderSecretHelp } from '../config/render.ts';
import { ProxyError } from '../errors.ts';
import { readVersion } from './version.ts';

type Values = Readonly<Record<string, string>>;

/** Does its work and tells the exit code; `flags` are commander's, named like the settings. */
type Run = (flags: Values, words: readonly string[]) => Promise<number>;

interface CommandRow {
  readonly about: string;
  /** Settings that have a flag here. */
  readonly settings: readonly OptionKey[];
  /** Further flags. */
  readonly flags?: readonly Option[];
  /** Each command is imported when it runs, so that `--help` does not wait for a web server. */
  readonly load: () => Promise<Run>;
  /** The words that it takes, as help shows them. */
  readonly words?: string;
}

/** Commands below a common word: `policy list`. */
interface GroupRow {
  readonly about: string;
  readonly commands: Readonly<Record<string, CommandRow>>;
}

const WITH_FLAGS = OPTION_KEYS.filter((key) => renderFlag(key) !== undefined);

const OF_POLICY: readonly OptionKey[] = ['policy', 'policyAllow', 'projects', 'prefixes', 'project', 'config'];
const OF_ADMIN: readonly OptionKey[] = ['adminHost', 'adminPort', 'config'];
const JSON_FLAG = new Option('--json', 'print one JSON object');

const COMMANDS: Readonly<Record<string, CommandRow | GroupRow>> = {
  start: {
    about: 'start the proxy (the default command)',
    settings: WITH_FLAGS,
    load: async () => (await import('./commands/start.ts')).start,
  },
  demo: {
    about: 'start the proxy in front of a built-in stand-in for MK.IO; needs no token',
    settings: ['port', 'adminPort'],
    flags: [new Option('--once', 'make three calls, show them and end')],
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  tail: {
    about: 'follow the exchanges of a running proxy, one line each',
    settings: OF_ADMIN,
    flags: [
      new Option('--filter <filter>', 'show these alone, such as "status:4xx -method:get op:assets ms:>500"'),
      new Option('--json', 'print one JSON object a line'),
      new Option('--bodies', 'show what is kept of the bodies too'),
    ],
    load: async () => (await import('./commands/tail.ts')).tail,
  },
  export: {
    about: 'write the exchanges that a running proxy keeps to a file',
    settings: OF_ADMIN,
    flags: [
      new Option('--har <file>', 'file to write as HAR 1.2; - for standard output').makeOptionMandatory(),
      new Option('--filter <filter>', 'write these alone, such as "status:4xx op:assets"'),
    ],
    load: async () => {
      const { exportHar } = await import('./commands/export.ts');
      return (flags) => exportHar(flags as Values & { har: string });
    },
  },
  replay: {
    about: 'repeat an exchange that a running proxy keeps, and show the new one',
    words: '<id>',
    settings: OF_ADMIN,
    flags: [
      new Option('--method <method>', 'send it by another method'),
      new Option('--target <target>', 'send it to another path and query'),
      new Option(
        '--header <header>',
        'add or replace a header, such as "accept: text/plain"; may be repeated',
      ).argParser((text, before: readonly string[] | undefined) => [...(before ?? []), text]),
      new Option('--body <file>', 'send the text of this file; - for standard input'),
      JSON_FLAG,
    ],
    load: async () => (await import('./commands/replay.ts')).replay,
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
    load: async () => (await import('./commands/sandbox.ts')).sandbox,
  },
  check: {
    about: 'look at settings, token, network, MK.IO, project and rights, and say what to do',
    settings: WITH_FLAGS,
    flags: [JSON_FLAG],
    load: async () => (await import('./commands/check.ts')).check,
  },
  healthcheck: {
    about: 'ask a running proxy whether it is ready: ends with 0 or 1',
    settings: ['adminHost', 'adminPort', 'config'],
    load: async () => (await import('./commands/healthcheck.ts')).healthcheck,
  },
  wait: {
    about: 'wait until a running proxy is ready: ends with 0, or with 1 after the timeout',
    settings: ['adminHost', 'adminPort', 'config'],
    flags: [new Option('--timeout <time>', 'give up after this time').default('60s')],
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  shutdown: {
    about:
      'end a running proxy, where MKIO_PROXY_QUIT is on, and wait for that: ends with 0, or with 1 after the timeout',
    settings: ['adminHost', 'adminPort', 'config'],
    flags: [new Option('--timeout <time>', 'wait no longer than this').default('60s')],
    load: async () => (await import('./commands/shutdown.ts')).shutdown,
  },
  key: {
    about: 'make keys for callers',
    commands: {
      new: {
        about: 'print a fresh key, and the line of the keys file that lets it in',
        words: '<name>',
        settings: [],
        load: async () => (await import('./commands/key.ts')).newKey,
      },
    },
  },
  policy: {
    about: 'tell what callers may do under the settings; needs no token',
    commands: {
      explain: {
        about: 'tell whether a request such as "DELETE /projects/p/media/assets/x" is allowed, and by which rule',
        words: '<request...>',
        settings: OF_POLICY,
        flags: [JSON_FLAG],
        load: async () => (await import('./commands/policy.ts')).explainPolicy,
      },
      list: {
        about: 'print every documented operation of MK.IO with its verdict',
        settings: OF_POLICY,
        flags: [JSON_FLAG],
        load: async () => (await import('./commands/policy.ts')).listPolicy,
      },
    },
  },
  settings: {
    about: 'print all settings as a .env file, a JSON schema or a Markdown table',
    settings: [],
    flags: [new Option('--format <format>', 'what to print').choices(['env', 'schema', 'markdown']).default('env')],
    load: async () => (await import('./commands/settings.ts')).settings,
  },
};

/** Runs the command that `args` name and resolves to the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  refuseUnknownCommand(args);
  let exitCode = 0;
  const version = readVersion();
  const program = new Command('mkio-proxy')
    .description("A local proxy for MediaKind's MK.IO API: callers use the API, the token stays here.")
    .version(version)
    .addHelpText('after', '\n`mkio-proxy start --help` lists every setting; `mkio-proxy demo` needs none.')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addCommands(program, COMMANDS, { version, end: (code) => (exitCode = code) });
  await program.parseAsync(args, { from: 'user' });
  return exitCode;
}

interface CommandWorlds {
  readonly version: string;
  readonly end: (code: number) => void;
}

function addCommands(parent: Command, rows: typeof COMMANDS, worlds: CommandWorlds): void {
  for (const [name, row] of Object.entries(rows)) {
    const command = parent
      .command(name, { isDefault: name === 'start' })
      .description(row.about)
      .version(worlds.version);
    if ('commands' in row) addCommands(command, row.commands, worlds);
    else addAction(command, row, worlds.end);
  }
}

function addAction(command: Command, row: CommandRow, end: (code: number) => void): void {
  if (row.words !== undefined) command.argument(row.words);
  for (const option of [...(row.flags ?? []), ...row.settings.map(flagFor)]) command.addOption(option);
  if (row.settings === WITH_FLAGS) command.addHelpText('after', `\n${renderSecretHelp()}`);
  command.action(async () => {
    const run = await row.load();
    end(await run(command.opts<Values>(), command.args));
  });
}

const flagFor = (key: OptionKey): Option =>
  new Option(renderFlag(key) ?? '', renderAbout(key)).helpGroup(`${GROUP_TITLES[optionOf(key).group]}:`);

/**
 * commander would hand an unknown word to the default command, and repeat one below a group. The word may be a token, so
 * only a near miss is named.
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
