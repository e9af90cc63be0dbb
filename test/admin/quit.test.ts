import { describe, expect, test } from 'vitest';
import { startTestProxy } from '../support/proxy.ts';
import { startUpstream } from '../support/upstream.ts';

const KEY = 'operators-key-16';

const start = async (admin: { readonly mayQuit?: boolean; readonly key?: string } = { mayQuit: true }) => {
  const proxy = await startTestProxy({ ...(await startUpstream()), admin: { host: '127.0.0.1', port: 0, ...admin } });
  const post = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${proxy.admin}/quitquitquit`, { method: 'POST', headers });
  let asked = false;
  void proxy.quitAsked.then(() => (asked = true));
  return { ...proxy, post, isAsked: () => asked };
};

describe('POST /quitquitquit', () => {
  test('quits after its answer is sent', async () => {
    const { post, quitAsked } = await start();
    const answer = await post();
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'draining' }]);
    await quitAsked;
  });

  test('is refused unless enabled, and names the setting', async () => {
    const { post, isAsked } = await start({});
    const answer = await post();
    expect([answer.status, answer.headers.get('x-mkio-proxy-error')]).toEqual([403, 'OPERATION_REFUSED']);
    expect(await answer.text()).toContain('MKIO_PROXY_QUIT=on');
    expect(isAsked()).toBe(false);
  });

  test.each<[string, Record<string, string>]>([
    ['of another port on loopback', { origin: 'http://localhost:5173' }],
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['that has no origin', { origin: 'null' }],
  ])('is refused to a page %s', async (_, headers) => {
    const { post, isAsked } = await start();
    expect((await post(headers)).headers.get('x-mkio-proxy-error')).toBe('ORIGIN_REFUSED');
    expect(isAsked()).toBe(false);
  });

  test('requires the admin key if one is set', async () => {
    const { post, isAsked, quitAsked } = await start({ mayQuit: true, key: KEY });
    expect((await post()).status).toBe(401);
    expect(isAsked()).toBe(false);
    expect((await post({ authorization: `Bearer ${KEY}` })).status).toBe(200);
    await quitAsked;
  });

  test('refuses GET, which a link or an image could send', async () => {
    const { admin, isAsked } = await start();
    expect((await fetch(`${admin}/quitquitquit`)).status).toBe(404);
    expect(isAsked()).toBe(false);
  });
});
