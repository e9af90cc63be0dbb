#!/usr/bin/env node
import process from 'node:process';
import { emptyCoreDumps } from './core-dumps.ts';
import { keepCompilersSmall } from './compilers.ts';
import { renderFailure } from './failure.ts';
import { endBySignals } from './interruption.ts';
import { flushAll, redactKnown } from './at-exit.ts';
import { runProgram } from './program.ts';

/** The one way out: what was printed leaves first. */
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

endBySignals(end);
process.on('uncaughtException', fail);
// `mkio-proxy settings | head -1` closes the pipe early, which is no failure.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
// In place of Node's own handler, which would let whoever may signal this process debug it, and read the token.
process.on('SIGUSR1', () => undefined);

emptyCoreDumps();
keepCompilersSmall();
runProgram(process.argv.slice(2)).then(end, fail);
