import autocannon from 'autocannon';

const PATH = '/api/v1/projects/demo-project/media/assets?$top=2';
const CONNECTIONS = 64;

/**
 * Asks for the page of assets over kept-alive connections.
 *
 * @param {import('./child.js').Child} child
 * @param {number} seconds
 */
export async function loadWithJson(child, seconds) {
  const result = await autocannon({
    url: child.address + PATH,
    connections: CONNECTIONS,
    duration: seconds,
    headers: { accept: 'application/json', 'accept-encoding': 'gzip, deflate', 'user-agent': 'mkio-bench' },
  });
  const wrong = result.errors + result.timeouts + result.non2xx;
  if (wrong > 0) throw new Error(`${wrong} requests of ${result.requests.total} failed`);
  return result;
}
