import { CEILING, HTTP_PROXY } from './field.js';
import { median, medianRatio } from './median.js';

/** @param {Map<string, import('./measure-cpu.js').Round[]>} measured */
export function renderCpu(measured) {
  const of = (rounds, key) => median(rounds.map((round) => round[key]));
  const rows = [...measured].map(([name, rounds]) => [
    name,
    of(rounds, 'cpuUs').toFixed(0),
    medianRatio(rounds, measured.get(HTTP_PROXY)).toFixed(2),
    medianRatio(rounds, measured.get(CEILING)).toFixed(2),
    of(rounds, 'perSecond').toFixed(0),
    of(rounds, 'p50').toFixed(0),
    of(rounds, 'p99').toFixed(0),
  ]);
  return renderTable(
    ['1.5 KB of JSON', 'µs CPU a request', '× http-proxy', '× ceiling', 'requests/s', 'p50 ms', 'p99 ms'],
    rows,
  );
}

/** @param {Map<string, { download: object[], upload: object[] }>} measured */
export function renderMemory(measured, sizeMb) {
  const of = (runs, key) => median(runs.map((run) => run[key])).toFixed(0);
  const rows = [...measured].map(([name, { download, upload }]) => [
    name,
    ...[download, upload].flatMap((runs) => [of(runs, 'growthMb'), of(runs, 'mbPerSecond'), of(runs, 'cpuMs')]),
  ]);
  const titles = ['download', 'upload'].flatMap((way) => [`${way}: growth MB`, 'MB/s', 'CPU ms']);
  return renderTable([`${sizeMb} MB`, ...titles], rows);
}

/** As Markdown, to paste into README.md. */
function renderTable(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, i) => pad(cell, widths[i], i > 0)).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [head, rule, ...rows].map(line).join('\n');
}

const pad = (text, width, right) => (right ? text.padStart(width) : text.padEnd(width));
