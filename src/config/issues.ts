import { ProxyError } from '../errors.ts';

/** One thing the operator has to correct. No field ever holds the value of a secret. */
export interface ConfigIssue {
  /** The setting's name as the operator wrote it, e.g. `MKIO_PROXY_PORT`, `--port` or a settings-file key. */
  readonly setting: string;
  /** Origin of the value, e.g. `environment` or `file config/sidecar.json`. */
  readonly origin: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Every problem of the settings at once. */
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
 * A value for a message, quoted if it is short and plain. Anything longer may be a secret that was put in the wrong
 * place, such as a token in MKIO_BASE_URL, so it is left out.
 */
export function renderValue(value: string): string {
  if (value.trim() === '') return 'a blank value';
  return /^[\w.:+-]{1,20}$/.test(value) ? `"${value}"` : 'the value';
}

/**
 * Whether a value is a token that was put in the wrong place: with its scheme in front, or of a JWT's shape (RFC 7519 §3).
 * No part of such a value is shown, looked up or opened.
 */
export const holdsToken = (text: string): boolean => /^\s*bearer\s|\beyJ[\w-]{5,}\.[\w-]{2,}/i.test(text);
