import { expect } from 'vitest';
import type { ExchangeDetail } from '../../src/admin/exchange-view.ts';
import type { TestProxy } from './proxy.ts';

type Recording = Pick<TestProxy, 'admin' | 'exchange'>;

/** The exchange with this id, from the admin listener, once it has finished. */
export async function readExchange({ admin }: Recording, id: unknown): Promise<ExchangeDetail> {
  const ask = () => fetch(`${admin}/exchanges/${String(id)}`);
  await expect.poll(async () => (await ask()).status).toBe(200);
  return (await (await ask()).json()) as ExchangeDetail;
}

/** The nth exchange to finish. */
export const findExchange = async (proxy: Recording, index = 0): Promise<ExchangeDetail> =>
  readExchange(proxy, (await proxy.exchange(index)).id);

export const readText = async ({ admin }: Recording, id: string, side: 'request' | 'response'): Promise<string> =>
  await (await fetch(`${admin}/exchanges/${id}/body/${side}`)).text();
