#!/usr/bin/env node
import process from 'node:process';
import { emptyCoreDumps } from './core-dumps.ts';
import { keepCompilersSmall } from './compilers.ts';
import { renderFailure } from './failure.ts';
import { exitOnSignalsAsPid1 } from './signals.ts';
import { flushAll, redactKnown } from './at-exit.ts';
import { runCommandLine } from './command-line.ts';

/** The only exit of the program. Flushes the output first. */
const end = (code: number): void => {
  if (process.stdout.writableLength === 0) process.exit(code);
  process.stdout.write('', () => process.exit(code));
};

const fail = (error: unknown): void => {
  const debug = ['debug', 'trace'].includes(process.env.LOG_LEVEL ?? '');
  const { exit, text } = renderFailure(error, { debug, redact: redactKnown });
  process.stderr.write(text);
  void flushAll().then(() => end(exit));
};

exitOnSignalsAsPid1(end);
process.on('uncaughtException', fail);
// `mkio-proxy settings | head -1` closes the pipe early, which is not an error.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
// Node's default handler opens the debugger, which exposes the token to any user who may send signals.
process.on('SIGUSR1', () => undefined);

emptyCoreDumps();
keepCompilersSmall();
runCommandLine(process.argv.slice(2)).then(end, fail);
