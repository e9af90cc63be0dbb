import { ProxyError } from '../errors.ts';

/** A problem that the operator has to correct. No field contains a secret. */
export interface ConfigIssue {
  /** The setting's name as the operator wrote it, e.g. `MKIO_PROXY_PORT`, `--port` or a settings-file key. */
  readonly setting: string;
  /** Origin of the value, e.g. `environment` or `file config/sidecar.json`. */
  readonly origin: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Reports all problems of the settings at once. */
export class ConfigError extends ProxyError {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    super('CONFIG_INVALID', renderIssues(issues));
    this.issues = issues;
  }
}

function renderIssues(issues: readonly ConfigIssue[]): string {
  const count = issues.length === 1 ? '1 problem' : `${issues.length} problems`;
  const lines = issues.map(
    ({ setting, origin, problem, remedy }) => `  ${setting} (${origin}): ${problem}; ${remedy}.`,
  );
  return [`${count} in the settings:`, ...lines].join('\n');
}

/**
 * Quotes a value in a message only if it is short and plain. A longer value may be a misplaced secret, such as a token in
 * MKIO_BASE_URL.
 */
export function renderValue(value: string): string {
  if (value.trim() === '') return 'a blank value';
  return /^[\w.:+-]{1,20}$/.test(value) ? `"${value}"` : 'the value';
}

/**
 * Whether a value is a misplaced token: it starts with `Bearer`, or has the form of a JWT (RFC 7519 §3). Such a value must
 * not be displayed, resolved or opened.
 */
export const holdsToken = (text: string): boolean => /^\s*bearer\s|\beyJ[\w-]{5,}\.[\w-]{2,}/i.test(text);
