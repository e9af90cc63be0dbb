import { once } from 'node:events';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { ExchangeDetail, ExchangeSummary, Hello } from '../../admin/exchange-view.ts';
import type { Flags } from '../../config/layers.ts';
import { ProxyError } from '../../errors.ts';
import { printable, printableJson } from '../../text/unseen.ts';
import { FilterError, parseFilter, renderFilter } from '../../traffic/filter.ts';
import type { AdminClient } from '../admin-client.ts';
import { createAdminClient } from '../admin-client.ts';
import { readEvents } from '../../http/event-stream.ts';
import { renderExchangeLine } from '../tail-line.ts';

interface TailFlags extends Pick<Flags, 'adminHost' | 'adminPort' | 'config'> {
  readonly filter?: string;
  readonly json?: boolean;
  readonly bodies?: boolean;
}

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5_000;
const SIDES = ['request', 'response'] as const;

/** Follows a running proxy until the output is closed. Resolves to the exit code. */
export async function tail({ filter = '', json = false, bodies = false, ...flags }: TailFlags): Promise<number> {
  const query = `filter=${encodeURIComponent(normalizeFilter(filter))}`;
  const admin = createAdminClient(flags);
  // A broken pipe emits an error before it closes.
  const gone = once(process.stdout, 'close').catch(() => undefined);
  const show = async (exchange: ExchangeSummary): Promise<void> => {
    const texts = bodies ? await readTexts(admin, exchange.id) : [];
    process.stdout.write(json ? renderJson(exchange, texts) : renderLines(exchange, texts));
  };
  await Promise.race([gone, follow(admin, query, show)]);
  return 0;
}

/** @throws ProxyError CONFIG_INVALID */
export function normalizeFilter(text: string): string {
  try {
    return renderFilter(parseFilter(text));
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const hint = 'For example: --filter "status:4xx -method:get op:assets ms:>500".';
    throw new ProxyError('CONFIG_INVALID', `--filter: ${printable(error.message)}`, { hint });
  }
}

/** Throws if the first connection fails. Later, reconnects to a lost proxy. */
async function follow(admin: AdminClient, query: string, show: Show): Promise<never> {
  let place: string | undefined;
  let run: string | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
    try {
      const { body } = await admin.ask(`/events?${query}${place === undefined ? '' : `&after=${place}`}`);
      for await (const event of readEvents(body ?? new ReadableStream())) {
        const { name, id } = event;
        const data: unknown = JSON.parse(event.data);
        place = id ?? place;
        if (name === 'hello') run = greet(data as Hello, run);
        if (name === 'missed') say(`${(data as { count: number }).count} exchanges were missed`);
        if (name === 'exchange') await show(data as ExchangeSummary);
        pauseMs = FIRST_PAUSE_MS;
      }
    } catch (error) {
      if (place === undefined || error instanceof SyntaxError) throw error;
    }
    if (pauseMs === FIRST_PAUSE_MS) say(`the proxy at ${admin.address} is gone; waiting for it`);
    await setTimeout(pauseMs);
  }
}

type Show = (exchange: ExchangeSummary) => Promise<void>;

function greet({ run, capture }: Hello, before: string | undefined): string {
  if (before !== undefined) say(run === before ? 'connected again' : 'connected again: the proxy was started anew');
  if (capture === 'off') say('nothing is captured there: start the proxy with MKIO_PROXY_CAPTURE=headers');
  return run;
}

/** Uses stderr, so that a pipe receives only exchanges. */
export const say = (text: string): void => void process.stderr.write(`-- ${text}\n`);

interface BodyText {
  readonly side: (typeof SIDES)[number];
  readonly text: string;
}

/** Reads the recorded bodies; none if the exchange has been dropped since. */
async function readTexts(admin: AdminClient, id: string): Promise<BodyText[]> {
  try {
    const detail = (await (await admin.ask(`/exchanges/${id}`)).json()) as ExchangeDetail;
    const kept = SIDES.filter((side) => detail[side]?.body?.kept === true);
    const read = async (side: BodyText['side']): Promise<BodyText> => ({
      side,
      text: await (await admin.ask(`/exchanges/${id}/body/${side}`)).text(),
    });
    return await Promise.all(kept.map(read));
  } catch {
    return [];
  }
}

export function renderLines(exchange: ExchangeSummary, texts: readonly BodyText[]): string {
  const { isTTY, columns } = process.stdout;
  const colours = isTTY && (process.env.NO_COLOR ?? '') === '';
  const line = renderExchangeLine(exchange, { colours, width: isTTY ? columns : undefined });
  const quoted = texts.flatMap(({ side, text }) =>
    text.split('\n').map((part) => `  ${side === 'request' ? '>' : '<'} ${printable(part)}`),
  );
  return `${[line, ...quoted].join('\n')}\n`;
}

export function renderJson(exchange: ExchangeSummary, texts: readonly BodyText[]): string {
  const bodies = Object.fromEntries(texts.map(({ side, text }) => [`${side}Text`, text]));
  return `${printableJson(JSON.stringify({ ...exchange, ...bodies }))}\n`;
}
