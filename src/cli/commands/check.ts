import process from 'node:process';
import type { Flags } from '../../config/layers.ts';
import { ProxyError } from '../../errors.ts';
import { examineAll } from '../check/examination.ts';
import { EXAMINATIONS } from '../check/examinations.ts';
import type { Report } from '../check/report.ts';
import { cleanReport, exitOf, renderReport, renderReportJson } from '../check/report.ts';
import { examineSettings } from '../check/settings.ts';
import { createWorlds } from '../check/worlds.ts';
import { loadProcessConfig } from '../process-settings.ts';

interface CheckFlags extends Flags {
  readonly json?: boolean;
}

/** Shows the settings and checks network, token and MK.IO. Resolves to the exit code. */
export async function check({ json = false, ...flags }: CheckFlags): Promise<number> {
  try {
    const report = await examine(flags);
    process.stdout.write(json ? renderReportJson(report) : renderReport(report));
    return exitOf(report);
  } catch (error) {
    if (!json || !(error instanceof ProxyError)) throw error;
    const { code, message, hint, exit } = error;
    process.stdout.write(`${JSON.stringify({ ok: false, exit, error: { code, message, hint } }, null, 2)}\n`);
    return exit;
  }
}

async function examine(flags: Flags): Promise<Report> {
  const loaded = loadProcessConfig(flags);
  const { settings, warnings, secrets } = loaded;
  const worlds = await createWorlds(loaded);
  try {
    const findings = [...examineSettings(settings, warnings), ...(await examineAll(EXAMINATIONS, worlds))];
    return cleanReport({ settings, findings }, secrets);
  } finally {
    await worlds.close();
  }
}
