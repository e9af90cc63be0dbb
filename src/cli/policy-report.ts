import type { ErrorCode } from '../errors.ts';
import { ProxyError } from '../errors.ts';
import type { Operation } from '../mkio/operations.ts';
import { printable } from '../text/unseen.ts';

/** A request and its verdict. */
export interface Explained {
  readonly method: string;
  readonly path: string;
  readonly allowed: boolean;
  /** The rule that decided. */
  readonly rule: string;
  /** Error code of a refusal. */
  readonly code?: ErrorCode;
  /** A setting that would allow the request, if any. */
  readonly setting?: string;
}

const wordOf = ({ allowed }: Explained): string => (allowed ? 'allowed' : 'refused');

export function renderExplained(explained: Explained): string {
  const { method, path, rule, code, setting } = explained;
  const lines = [
    `${wordOf(explained)}  ${method} ${path}`,
    `  rule    ${rule}`,
    ...(code === undefined ? [] : [`  answer  ${new ProxyError(code, rule).status} ${code}`]),
    ...(setting === undefined ? [] : [`  opened  by ${setting}`]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** One line per operation, in columns. */
export function renderList(listed: readonly (Explained & Operation)[]): string {
  const methodWidth = Math.max(...listed.map(({ method }) => method.length));
  const pathWidth = Math.max(...listed.map(({ path }) => path.length));
  const lines = listed.map((row) => {
    const cells = [wordOf(row), row.method.padEnd(methodWidth), row.path.padEnd(pathWidth), row.rule];
    return printable(cells.join('  '));
  });
  const allowed = listed.filter((row) => row.allowed).length;
  return `${lines.join('\n')}\n${allowed} of ${listed.length} operations are allowed.\n`;
}
