import { performance } from 'node:perf_hooks';
import { rotate, startContender } from './field.js';
import { loadWithJson } from './load.js';
import { download, upload } from './transfer.js';

const MB = 1e6;
const WARM_UP_SECONDS = 2;
const WARM_UP_BYTES = 8 * MB;
const RUNS = 3;

/**
 * @typedef {object} Transfer
 * @property {number} growthMb peak of the resident memory above its level before
 * @property {number} mbPerSecond
 * @property {number} cpuMs
 */

/**
 * Moves one large body through each contender, each time in a fresh process that JSON has warmed up.
 *
 * @param {readonly import('./field.js').Contender[]} field
 * @param {import('./child.js').Child} upstream
 * @param {{ sizeMb: number, onRun: (run: number) => void }} options
 * @returns {Promise<Map<string, { download: Transfer[], upload: Transfer[] }>>}
 */
export async function measureMemory(field, upstream, { sizeMb, onRun }) {
  const measured = new Map(field.map(({ name }) => [name, { download: [], upload: [] }]));
  for (let run = 0; run < RUNS; run++) {
    onRun(run + 1);
    for (const contender of rotate(field, run)) {
      const { download: down, upload: up } = measured.get(contender.name);
      down.push(await measureTransfer(contender, upstream, download, sizeMb * MB));
      up.push(await measureTransfer(contender, upstream, upload, sizeMb * MB));
    }
  }
  return measured;
}

async function measureTransfer(contender, upstream, transfer, bytes) {
  const child = await startContender(contender, upstream);
  await loadWithJson(child, WARM_UP_SECONDS);
  await transfer(child.address, WARM_UP_BYTES);

  const cpu = await child.ask('cpu');
  const rss = await child.ask('rss-start');
  const startedAt = performance.now();
  await transfer(child.address, bytes);
  const seconds = (performance.now() - startedAt) / 1000;
  const growthMb = ((await child.ask('rss-peak')) - rss) / MB;
  const cpuMs = ((await child.ask('cpu')) - cpu) / 1000;
  await child.stop();
  return { growthMb, mbPerSecond: bytes / MB / seconds, cpuMs };
}
