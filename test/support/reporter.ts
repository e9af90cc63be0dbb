import type { TestCase, TestModule } from 'vitest/node';
import { DotReporter } from 'vitest/node';
import { installable, missing } from './programs.js';

const SLOWEST = 10;

type RunEnd = Parameters<DotReporter['onTestRunEnd']>;

/** Prints a dot for each test; at the end the slowest files, vitest's summary, and the skipped tests. */
export class Reporter extends DotReporter {
  override onTestRunEnd(modules: RunEnd[0], errors: RunEnd[1], reason: RunEnd[2]): void {
    super.onTestRunEnd(modules, errors, reason);
    this.log(describeSlowest(modules));
    const leftOut = describeLeftOut(modules.flatMap((module) => [...module.children.allTests()]));
    if (leftOut !== undefined) this.log(leftOut);
  }
}

function describeSlowest(modules: readonly TestModule[]): string {
  const files = modules.map((module) => ({
    name: module.relativeModuleId,
    seconds: module.diagnostic().duration / 1000,
  }));
  const slowest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  return ['slowest files:', ...slowest.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${name}`)].join(
    '\n',
  );
}

/** `left out: 214 tests need Chromium, 18 Redis: ...`, or undefined if every program is there. */
function describeLeftOut(tests: readonly TestCase[]): string | undefined {
  const counts = Object.entries(missing)
    .map(([tag, { name }]) => ({ name, count: tests.filter((test) => test.tags.includes(tag)).length }))
    .filter(({ count }) => count > 0);
  if (counts.length === 0) return undefined;
  const needs = counts.map(({ name, count }, i) =>
    i === 0 ? `${count} ${count === 1 ? 'test needs' : 'tests need'} ${name}` : `${count} ${name}`,
  );
  const remedy = installable.length > 0 ? ': `npm run test:setup` installs them on Debian' : '';
  const browser = 'browser' in missing ? ', or name a browser by MKIO_PROXY_TEST_BROWSER' : '';
  return `left out: ${needs.join(', ')}${remedy}${browser}`;
}
