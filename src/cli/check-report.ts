import { OPTION_KEYS, OPTIONS } from '../config/options.ts';
import type { Settings } from '../config/resolve.ts';
import type { Claims } from '../token/jwt.ts';
import type { Finding } from './findings.ts';
import { printable } from '../ops/printable.ts';

export interface Report {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  /** undefined for an opaque token or none. */
  readonly claims: Claims | undefined;
  readonly findings: readonly Finding[];
}

/** The first finding that is wrong decides: later ones mostly follow from it. */
export const exitOf = ({ findings }: Report): number => findings.find(({ ok }) => !ok)?.exit ?? 0;

export function renderReport(report: Report): string {
  const settings = OPTION_KEYS.map((key) => {
    const { text = '-', origin } = report.settings[key];
    return `  ${OPTIONS[key].env.padEnd(28)} ${printable(text).padEnd(22)} ${origin}`;
  });
  const warnings = report.warnings.map((warning) => `  ! ${warning}`);
  const sections = [
    ['Settings', ...settings, ...warnings],
    ['Token', ...renderClaims(report.claims)],
    ['Checks', ...report.findings.map(renderFinding), `  exit code ${exitOf(report)}`],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** One object, for machines. */
export function renderReportJson(report: Report): string {
  const exit = exitOf(report);
  const settings = Object.fromEntries(OPTION_KEYS.map((key) => [OPTIONS[key].env, report.settings[key]]));
  return `${JSON.stringify({ ok: exit === 0, exit, ...report, settings }, null, 2)}\n`;
}

function renderClaims(claims: Claims | undefined): string[] {
  if (claims === undefined) return ['  not decoded: not a JWT, or none at hand'];
  const { kid, jti, alg } = claims;
  return Object.entries({ kid, jti, alg }).map(([name, value = '-']) => `  ${name.padEnd(5)} ${printable(value)}`);
}

function renderFinding({ ok, what, detail, hint }: Finding): string {
  const line = `  ${ok ? '✓' : '✗'} ${what}: ${detail}`;
  return hint === undefined ? line : `${line}\n    ${hint}`;
}
