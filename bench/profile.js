import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startContender } from './field.js';
import { loadWithJson } from './load.js';

const ROWS = 40;
const IDLE = new Set(['(idle)', '(root)']);

/**
 * Runs one contender under V8's profiler and writes a profile for a browser's developer tools.
 *
 * @param {import('./field.js').Contender} contender
 * @param {import('./child.js').Child} upstream
 * @param {number} seconds
 * @returns {Promise<string>} the profile's path
 */
export async function profile(contender, upstream, seconds) {
  const folder = await mkdtemp(join(tmpdir(), 'mkio-bench-'));
  const child = await startContender(contender, upstream, ['--cpu-prof', `--cpu-prof-dir=${folder}`]);
  await loadWithJson(child, seconds);
  await child.stop();
  const [file] = await readdir(folder);
  return join(folder, file);
}

/** The functions with the largest share of the busy time, their callees not counted. */
export async function renderHottest(path) {
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(path, 'utf8'));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, readName(callFrame)]));
  const self = new Map();
  let busy = 0;
  samples.forEach((id, index) => {
    const name = names.get(id);
    if (IDLE.has(name)) return;
    busy += timeDeltas[index];
    self.set(name, (self.get(name) ?? 0) + timeDeltas[index]);
  });
  const hottest = [...self].sort(([, a], [, b]) => b - a).slice(0, ROWS);
  return hottest.map(([name, us]) => `${((100 * us) / busy).toFixed(1).padStart(5)} %  ${name}`).join('\n');
}

function readName({ functionName, url, lineNumber }) {
  if (url === '') return functionName || '(anonymous)';
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\//, '');
  return `${functionName || '(anonymous)'}  ${file}:${lineNumber + 1}`;
}
