import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { askAdmin } from './admin.ts';
import type { Leak, Named } from './search.ts';
import { findLeaks } from './search.ts';
import type { Spawned, SpawnOptions } from './spawn.ts';
import { collectProcess, spawnAndCollect } from './spawn.ts';
import { startEchoUpstream } from './upstream.ts';
import type { CliResult } from '../cli.ts';
import { forgeJwt } from '../jwt.ts';
import { readAnswer, sendRaw } from '../raw.ts';
import type { TestUpstream } from '../upstream.ts';

/** A scenario; its name completes "no secret is shown by …". */
export interface Drive {
  readonly name: string;
  /** The commands it runs, e.g. `key new`. */
  readonly commands: readonly string[];
  /** The proxy's error codes that it causes. */
  readonly codes?: readonly string[];
  /** The programs it needs, as vitest tags. */
  readonly tags?: string[];
  readonly drive: (world: World) => Promise<void>;
}

/** A running command that listens. */
export interface CanaryProgram extends Spawned {
  readonly port: number;
  readonly admin: string | undefined;
}

export type World = ReturnType<typeof createWorld>;

const random = (): string => randomBytes(30).toString('base64url');
const NOW_SECONDS = Math.floor(Date.now() / 1000);
export const createJwt = (days: number): string =>
  forgeJwt({ jti: random(), exp: NOW_SECONDS + days * 86_400 }) + random();

/** Its own secrets, and all outputs while they are in use. */
export function createWorld() {
  const secrets: Named[] = [];
  const outputs: Named[] = [];
  const running: CanaryProgram[] = [];
  const followers: Spawned[] = [];
  const upstreams: TestUpstream[] = [];
  const collect = (name: string, text: string): void => void outputs.push({ name, text });
  /** From now on, no output may contain `text`. */
  const keep = (name: string, text = random()): string => {
    secrets.push({ name, text });
    return text;
  };
  // Not a JWT: the proxy masks everything that looks like one, even unknown ones. Its characters change in most encodings.
  const token = keep('the token', `Mk+io/~${randomBytes(90).toString('base64').replace(/=*$/, '')}.-_==`);
  const tokens = [token];
  const own = { token, callerKey: keep('the caller key'), adminKey: keep('the admin key') };

  const spawn = (args: readonly string[], options: SpawnOptions): Spawned => {
    const env = {
      MKIO_TOKEN: token,
      MKIO_PROXY_CAPTURE: 'bodies',
      LOG_LEVEL: 'trace',
      LOG_FORMAT: 'json',
      ...options.env,
    };
    return spawnAndCollect(args, { ...options, env }, collect);
  };
  /** Sends these bytes, and collects every byte of the answer and its decoded content. */
  const send = async ({ port }: Pick<CanaryProgram, 'port'>, bytes: string): Promise<string> => {
    const received = await sendRaw(port, bytes);
    const name = `answer to ${bytes.split('\r\n')[0]?.slice(0, 80)}`;
    collect(name, received);
    if (received.includes('\r\n\r\n')) collect(`content of the ${name}`, readContent(received));
    return received;
  };

  return {
    ...own,
    outputs,
    upstreams,
    tokens,
    keep,
    collect,
    /** A token in MK.IO's format, valid for this number of days. */
    createToken: (days: number): string => {
      const jwt = keep(`a JWT for ${days} days`, createJwt(days));
      tokens.push(jwt);
      return jwt;
    },
    send,
    /** Sends one request of these lines, without a body. */
    ask: (program: Pick<CanaryProgram, 'port'>, ...lines: string[]): Promise<string> =>
      send(program, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`),
    /** Starts an upstream that answers echo requests, and all others by `answer`. */
    serve: async (...answer: Parameters<typeof startEchoUpstream>): Promise<TestUpstream> => {
      const upstream = await startEchoUpstream(...answer);
      upstreams.push(upstream);
      return upstream;
    },
    /** Runs a command until it exits. */
    run: (args: readonly string[], options: SpawnOptions = {}): Promise<CliResult> => spawn(args, options).ended,
    /** Runs a command that is stopped with the world. */
    follow: (args: readonly string[], options: SpawnOptions = {}): Spawned => {
      const spawned = spawn(args, options);
      followers.push(spawned);
      return spawned;
    },
    /** Starts a command that keeps running, and reads its addresses from its output. */
    start: async (options: SpawnOptions = {}, args: readonly string[] = ['start']): Promise<CanaryProgram> => {
      const env = { MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: '0', ...options.env };
      const spawned = spawn(args, { ...options, env });
      await spawned.printed(/"event":"ready"|Ctrl-C/);
      const [, port] = /(?:"address":"|proxy +|sandbox on )http:[^:]*:(\d+)/.exec(spawned.stdout()) ?? [];
      const [, admin] = /(?:"admin":"|admin +)(http:[^"\s]+)/.exec(spawned.stdout()) ?? [];
      const program = { ...spawned, port: Number(port), admin };
      running.push(program);
      return program;
    },
    /** The only exception: `text` may appear once, and only in outputs with this name. */
    allow: (text: string, output: RegExp): void => {
      const places = outputs.filter((one) => output.test(one.name) && one.text.includes(text));
      if (places.length === 0) throw new Error(`what may come out in ${String(output)} has not`);
      for (const place of places) outputs[outputs.indexOf(place)] = { ...place, text: place.text.replace(text, '') };
    },
    /** Stops all running commands, and collects the remaining output. */
    finish: async (): Promise<void> => {
      for (const { child, ended } of followers.splice(0)) {
        child.kill('SIGTERM');
        await ended;
      }
      for (const program of running.splice(0)) {
        if (program.child.exitCode === null) {
          collectProcess(program, collect);
          await askAdmin(program.admin, [own.adminKey, own.token], collect);
        }
        program.child.kill('SIGTERM');
        await program.ended;
      }
    },
    findLeaks: (): Leak[] => findLeaks(secrets, outputs),
  };
}

/** The body without framing and compression. */
function readContent(received: string): string {
  const { body, field } = readAnswer(received);
  const bytes = Buffer.from(body, 'latin1');
  const coding = bytes.length === 0 ? undefined : field('content-encoding');
  if (coding === 'gzip') return gunzipSync(bytes).toString('latin1');
  return coding === 'br' ? brotliDecompressSync(bytes).toString('latin1') : body;
}
