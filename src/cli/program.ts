import { Option } from 'commander';
import type { OptionKey } from '../config/options.ts';
import { OPTION_KEYS } from '../config/options.ts';
import { renderFlag } from '../config/render.ts';

export type Values = Readonly<Record<string, string>>;

/** Runs a command and resolves to its exit code. `flags` are commander's, with the keys of the settings. */
type Run = (flags: Values, words: readonly string[]) => Promise<number>;

export interface CommandRow {
  readonly about: string;
  /** Settings with a flag for this command. */
  readonly settings: readonly OptionKey[];
  /** Other flags. */
  readonly flags?: readonly Option[];
  /** Loaded on demand, so that `--help` does not load a web server. */
  readonly load: () => Promise<Run>;
  /** Positional arguments, as shown in the help. */
  readonly words?: string;
}

/** Subcommands, such as `policy list`. */
export interface GroupRow {
  readonly about: string;
  readonly commands: Readonly<Record<string, CommandRow>>;
}

export const WITH_FLAGS = OPTION_KEYS.filter((key) => renderFlag(key) !== undefined);

const OF_POLICY: readonly OptionKey[] = ['policy', 'policyAllow', 'projects', 'prefixes', 'project', 'config'];
const OF_ADMIN: readonly OptionKey[] = ['adminHost', 'adminPort', 'config'];
const JSON_FLAG = new Option('--json', 'print one JSON object');

export const COMMANDS: Readonly<Record<string, CommandRow | GroupRow>> = {
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
      new Option('--confirm', 'repeat a request that the proxy refused because of its sender'),
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
    settings: OF_ADMIN,
    load: async () => (await import('./commands/healthcheck.ts')).healthcheck,
  },
  wait: {
    about: 'wait until a running proxy is ready: ends with 0, or with 1 after the timeout',
    settings: OF_ADMIN,
    flags: [new Option('--timeout <time>', 'give up after this time').default('60s')],
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  shutdown: {
    about:
      'end a running proxy, where MKIO_PROXY_QUIT is on, and wait for that: ends with 0, or with 1 after the timeout',
    settings: OF_ADMIN,
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
