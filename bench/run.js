import console from 'node:console';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startChild } from './child.js';
import { createField, HTTP_PROXY, OURS } from './field.js';
import { measureCpu } from './measure-cpu.js';
import { measureMemory } from './measure-memory.js';
import { medianRatio } from './median.js';
import { profile, renderHottest } from './profile.js';
import { renderCpu, renderMemory } from './table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '3' },
    size: { type: 'string', default: '1000' },
    profile: { type: 'boolean', default: false },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
    against: { type: 'string', multiple: true, default: [] },
    capture: { type: 'string', multiple: true, default: [] },
  },
});
const [rounds, seconds, sizeMb] = [values.rounds, values.seconds, values.size].map(Number);
const field = createField(
  resolve(values.dist),
  values.against.map((folder) => resolve(folder)),
  values.capture,
);
const upstream = await startChild('upstream.js');

const say = (line) => console.error(line);
say(`${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}`);
process.exitCode = values.profile ? await runProfile() : await runBench();
await upstream.stop();

async function runProfile() {
  const path = await profile(field[0], upstream, rounds * seconds);
  console.log(`${await renderHottest(path)}\n\n${path}`);
  return 0;
}

async function runBench() {
  let verdict = 0;
  if (rounds > 0) {
    const onRound = (round) => say(`CPU time, round ${round} of ${rounds}`);
    const measured = await measureCpu(field, upstream, { rounds, seconds, onRound });
    console.log(`\n${renderCpu(measured)}\n`);
    verdict = judge(medianRatio(measured.get(OURS), measured.get(HTTP_PROXY)));
  }
  if (sizeMb > 0) {
    const onRun = (run) => say(`memory, run ${run}`);
    console.log(`\n${renderMemory(await measureMemory(field, upstream, { sizeMb, onRun }), sizeMb)}\n`);
  }
  return verdict;
}

/** @returns {number} exit code */
function judge(ratio) {
  const worse = ratio > 1;
  const relation = worse ? 'more than plain http-proxy: too much' : 'of what plain http-proxy does';
  const share = worse ? (ratio - 1) * 100 : ratio * 100;
  console.log(`Ours costs ${share.toFixed(0)} % ${relation}.`);
  return worse ? 1 : 0;
}
