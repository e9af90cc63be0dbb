import { OPTION_KEYS, OPTIONS } from '../../config/options.ts';
import type { Settings } from '../../config/resolve.ts';
import { printable } from '../../text/unseen.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import type { Finding, Status } from './findings.ts';

export interface Report {
  readonly settings: Settings;
  readonly findings: readonly Finding[];
}

/** The first failure decides the exit code, as it usually causes the later ones. */
export const exitOf = ({ findings }: Report): number => findings.find(({ status }) => status === 'fail')?.exit ?? 0;

/** Makes text printable, as findings quote MK.IO and settings contain user input. */
export function cleanReport({ settings, findings }: Report, { redact, maskTokens }: Secrets): Report {
  const clean = (text: string): string => redact(printable(text));
  return {
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, { text, origin }]) => [key, { text: text && clean(text), origin }]),
    ) as Settings,
    findings: findings.map(({ detail, hint, call, ...finding }) => ({
      ...finding,
      detail: clean(detail),
      ...(hint !== undefined && { hint: clean(hint) }),
      // A call must stay ready to paste: removes only unprintable characters.
      ...(call !== undefined && { call: maskTokens(printable(call)) }),
    })),
  };
}

const TICKS: Readonly<Record<Status, string>> = { ok: '✓', warn: '!', fail: '✗', skipped: '–' };

export function renderReport(report: Report): string {
  const settings = OPTION_KEYS.map((key) => {
    const { text = '-', origin } = report.settings[key];
    return `  ${OPTIONS[key].env.padEnd(28)} ${text.padEnd(22)} ${origin}`;
  });
  const width = Math.max(...report.findings.map(({ what }) => what.length));
  const sections = [
    ['Settings', ...settings],
    ['Checks', ...report.findings.map((finding) => renderFinding(finding, width))],
    [`exit code ${exitOf(report)}`],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function renderFinding({ status, what, detail, hint, call }: Finding, width: number): string {
  const indent = ' '.repeat(width + 6);
  const lines = [`  ${TICKS[status]} ${what.padEnd(width)}  ${detail}`];
  if (hint !== undefined) lines.push(`${indent}${hint}`);
  // On its own line without indent, for copying.
  if (call !== undefined) lines.push('', call);
  return lines.join('\n');
}

/** One JSON object for scripts. */
export function renderReportJson(report: Report): string {
  const exit = exitOf(report);
  const settings = Object.fromEntries(OPTION_KEYS.map((key) => [OPTIONS[key].env, report.settings[key]]));
  return `${JSON.stringify({ ok: exit === 0, exit, settings, findings: report.findings }, null, 2)}\n`;
}
