import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { onTestFinished, vi } from 'vitest';

export type Target = 'slim' | 'distroless';
export const TARGETS: readonly Target[] = ['slim', 'distroless'];

export interface ContainerOptions {
  readonly target?: Target;
  readonly env: Readonly<Record<string, string>>;
  /** Options of `podman run`, added to those of every test container. */
  readonly options?: readonly string[];
}

export interface Container {
  readonly name: string;
  readonly address: string;
  readonly admin: string;
  /** Reads a file of `/proc/PID`. */
  readonly readProcess: (file: string) => string;
  readonly stop: () => Promise<{ readonly code: number }>;
}

export const imageOf = (target: Target): string => `localhost/mkio-proxy:${target}`;

/** Runs in its own folder: podman's monitor writes a file there when memory runs out. */
export async function podman(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('podman', args, { cwd: tmpdir(), maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** Runs the image as recommended: read-only, without capabilities, with a memory limit. */
export async function startContainer({ target = 'slim', env, options = [] }: ContainerOptions): Promise<Container> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  onTestFinished(async () => {
    await podman('rm', '--force', '--time', '0', name);
  });
  const settings = { MKIO_PROXY_PORT: '0', MKIO_PROXY_ADMIN_PORT: '0', MKIO_PROXY_REVOCATION_CHECK: 'off', ...env };
  await podman(
    ...[
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      'host',
      '--read-only',
      '--read-only-tmpfs=false',
      '--cap-drop',
      'ALL',
    ],
    // Podman would use systemd for health checks.
    ...['--security-opt', 'no-new-privileges', '--pids-limit', '64', '--health-interval', 'disable'],
    ...['--memory', '96m', '--memory-swap', '96m', ...options],
    ...Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    imageOf(target),
  );
  const read = (format: string): Promise<string> => podman('inspect', '--format', format, name);
  const { address, admin } = await vi.waitFor(async () => {
    const [line = ''] = /^.*"event":"(?:ready|waiting)".*$/m.exec(await podman('logs', name)) ?? [];
    return JSON.parse(line) as { address: string; admin: string };
  }, 10_000);
  const pid = await read('{{.State.Pid}}');
  return {
    name,
    address,
    admin,
    readProcess: (file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'),
    stop: async () => {
      await podman('stop', '--time', '10', name);
      return { code: Number(await read('{{.State.ExitCode}}')) };
    },
  };
}
