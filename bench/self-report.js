import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';

const SAMPLE_MS = 20;

/**
 * Reports this process's address to the bench, then its resource use on request.
 *
 * @param {string} address
 */
export function reportSelf(address) {
  const rss = createRssWatch();
  const answers = {
    /** CPU time of all threads so far, in µs. */
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    /** Resident memory now, in bytes; starts to record its peak. */
    'rss-start': () => rss.start(),
    'rss-peak': () => rss.stop(),
    stop: () => process.exit(),
  };
  process.on('message', (question) => process.send(answers[question]()));
  process.on('disconnect', () => process.exit());
  process.send({ address });
}

function createRssWatch() {
  let peak = 0;
  let timer;
  const sample = () => (peak = Math.max(peak, process.memoryUsage.rss()));
  return {
    start: () => {
      peak = 0;
      timer = setInterval(sample, SAMPLE_MS);
      return sample();
    },
    stop: () => {
      clearInterval(timer);
      return sample();
    },
  };
}
