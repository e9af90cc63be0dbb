import { rotate, startContender } from './field.js';
import { loadWithJson } from './load.js';

const WARM_UP_SECONDS = 2;

/**
 * @typedef {object} Round
 * @property {number} cpuUs CPU time of one request
 * @property {number} perSecond
 * @property {number} p50 ms
 * @property {number} p99 ms
 */

/**
 * @param {readonly import('./field.js').Contender[]} field
 * @param {import('./child.js').Child} upstream
 * @param {{ rounds: number, seconds: number, onRound: (round: number) => void }} options
 * @returns {Promise<Map<string, Round[]>>} the rounds of each contender, by its name
 */
export async function measureCpu(field, upstream, { rounds, seconds, onRound }) {
  const running = [];
  for (const contender of field) {
    const child = await startContender(contender, upstream);
    await loadWithJson(child, WARM_UP_SECONDS);
    running.push({ name: contender.name, child });
  }
  const measured = new Map(field.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    onRound(round + 1);
    for (const { name, child } of rotate(running, round)) measured.get(name).push(await measureRound(child, seconds));
  }
  await Promise.all(running.map(({ child }) => child.stop()));
  return measured;
}

async function measureRound(child, seconds) {
  const before = await child.ask('cpu');
  const { requests, latency } = await loadWithJson(child, seconds);
  const after = await child.ask('cpu');
  return {
    cpuUs: (after - before) / requests.total,
    perSecond: requests.average,
    p50: latency.p50,
    p99: latency.p99,
  };
}
