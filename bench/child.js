import { fork } from 'node:child_process';
import { once } from 'node:events';
import { URL, fileURLToPath } from 'node:url';

/**
 * @typedef {object} Child
 * @property {string} address where it listens, e.g. `http://127.0.0.1:40123`
 * @property {(question: string) => Promise<number>} ask see self-report.js
 * @property {() => Promise<void>} stop
 */

/**
 * Starts one process of the benchmark. Its stdout is /dev/null: logs are written and discarded.
 *
 * @param {string} file relative to this folder
 * @param {readonly string[]} args
 * @param {readonly string[]} execArgv flags of Node
 * @returns {Promise<Child>}
 */
export async function startChild(file, args = [], execArgv = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
    execArgv: [...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const ready = once(child, 'message');
  const failed = exited.then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`)));
  failed.catch(() => undefined);
  const [{ address }] = await Promise.race([ready, failed]);
  return {
    address,
    ask: async (question) => {
      const answered = once(child, 'message');
      child.send(question);
      const [answer] = await Promise.race([answered, failed]);
      return answer;
    },
    stop: async () => {
      if (child.connected) child.send('stop');
      await exited;
    },
  };
}
