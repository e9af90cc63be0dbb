import process from 'node:process';
import type { Config } from '../../config/config.ts';
import type { Flags } from '../../config/layers.ts';
import { renderAbsolute } from '../../config/policy.ts';
import { ProxyError } from '../../errors.ts';
import { FORWARDED_METHODS } from '../../http/methods.ts';
import type { Operation } from '../../mkio/operations.ts';
import { OPERATIONS } from '../../mkio/operations.ts';
import { createPolicy } from '../../policy/rules.ts';
import { resolveAddress } from '../../http/address.ts';
import { resolveTarget } from '../../policy/target.ts';
import type { Explained } from '../policy-report.ts';
import { renderExplained, renderList } from '../policy-report.ts';
import { redactKnown } from '../at-exit.ts';
import { loadProcessConfig } from '../process-settings.ts';

interface PolicyFlags extends Flags {
  readonly json?: boolean;
}

/** Resolves to 0 for a refused request too, as the explanation succeeded. */
export function explainPolicy({ json = false, ...flags }: PolicyFlags, words: readonly string[]): Promise<number> {
  const { config } = loadProcessConfig(flags);
  const explained = createExplainer(config)(parseRequest(words.join(' '), config));
  // Users paste paths, which may include a signature.
  process.stdout.write(redactKnown(json ? `${JSON.stringify(explained, null, 2)}\n` : renderExplained(explained)));
  return Promise.resolve(0);
}

export function listPolicy({ json = false, ...flags }: PolicyFlags): Promise<number> {
  const { config } = loadProcessConfig(flags);
  const explain = createExplainer(config);
  const listed = OPERATIONS.map((operation) => ({
    ...operation,
    ...explain({ method: operation.method, path: exampleOf(operation, config) }),
  }));
  process.stdout.write(json ? `${JSON.stringify(listed, null, 2)}\n` : renderList(listed));
  return Promise.resolve(0);
}

type Request = Pick<Explained, 'method' | 'path'>;

/** Decides like the proxy, including requests that it would not forward. */
function createExplainer({ policy, listener }: Config): (request: Request) => Explained {
  const rules = createPolicy(policy);
  return (request) => {
    try {
      const address = resolveAddress({ url: request.path, hosts: ['localhost'] });
      return { ...request, ...rules.decide(request.method, resolveTarget(address, listener.prefixes)) };
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error;
      return { ...request, allowed: false, code: error.code, rule: error.message };
    }
  };
}

/** Parses e.g. `DELETE /projects/p/media/assets/x`. Also accepts a full path or a URL; the default method is GET. */
function parseRequest(text: string, { listener: { prefixes } }: Config): Request {
  const [, method = 'GET', path] = /^(?:([A-Z]+) +)?((?:\/|https?:).*)$/.exec(text.trim()) ?? [];
  const isForwarded = (FORWARDED_METHODS as readonly string[]).includes(method);
  if (path === undefined || !isForwarded) {
    const hint = `Give one of ${FORWARDED_METHODS.join(', ')} and a path: "DELETE /projects/p/media/assets/x".`;
    throw new ProxyError('CONFIG_INVALID', 'that is not a request', { hint });
  }
  const isWhole = !path.startsWith('/') || prefixes.some((prefix) => path.startsWith(prefix));
  return { method, path: isWhole ? path : renderAbsolute(path) };
}

/** Uses the template as the path, as no rule can match `{asset_name}`, with a project that callers may use. */
function exampleOf({ template }: Operation, { policy: { projects }, project }: Config): string {
  return template.replace('{project_name}', projects[0] ?? project ?? '{project_name}');
}
