import { ApiError } from './state/api.ts';
import type { Exchange } from './state/exchange.ts';
import type { Inspector } from './inspector.ts';
import type { Change } from './state/replay.ts';
import { replay } from './state/replay.ts';

export function findSelected({ selected, store, pins }: Inspector): Exchange | undefined {
  const id = selected.value;
  if (id === undefined) return undefined;
  return store.known.value.find((exchange) => exchange.id === id) ?? pins.find(id)?.exchange;
}

export function open(inspector: Inspector, id: string): void {
  inspector.selected.value = id;
  inspector.isDetailOpen.value = true;
}

export function closeDetail({ isDetailOpen, focus }: Inspector): void {
  isDetailOpen.value = false;
  focus.moveTo('list');
}

export async function clear({ api, store, notices }: Inspector): Promise<void> {
  try {
    await api.change('DELETE', '/exchanges');
    store.forget();
    notices.say('The proxy has forgotten what it had kept. Pinned exchanges stay.');
  } catch (error) {
    notices.complain(error);
  }
}

export async function sendAgain(inspector: Inspector, id: string, change?: Change): Promise<boolean> {
  const { api, notices, dialog } = inspector;
  try {
    const { exchange, status, leftOut } = await replay(api, id, change);
    open(inspector, exchange);
    const without = leftOut.length === 0 ? '' : ` Not sent: ${leftOut.join(', ')}.`;
    notices.say(`Sent again: ${status === undefined ? 'no answer' : `answered by ${status}`}.${without}`);
    return true;
  } catch (error) {
    notices.complain(error);
    // The user can supply the missing parts there.
    if (error instanceof ApiError && error.code === 'REPLAY_INCOMPLETE') dialog.value = 'edit';
    return false;
  }
}

export async function copy({ notices }: Inspector, text: string, what: string): Promise<void> {
  try {
    await writeClipboard(text);
    notices.say(`Copied ${what}.`);
  } catch {
    notices.complain(`The browser did not let the page copy ${what}.`);
  }
}

async function writeClipboard(text: string): Promise<void> {
  // Plain HTTP beyond loopback is not a secure context and has no clipboard API.
  if (isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way without a secure context
  const isDone = document.execCommand('copy');
  field.remove();
  if (!isDone) throw new Error('not copied');
}

export const SNIPPETS = ['curl', 'fetch', 'httpie', 'python'] as const;
export type SnippetKind = (typeof SNIPPETS)[number];

export async function copySnippet(inspector: Inspector, id: string, kind: SnippetKind): Promise<void> {
  try {
    const text = await inspector.api.readText(`/exchanges/${encodeURIComponent(id)}/snippet?as=${kind}`);
    await copy(inspector, text, `as ${kind}`);
  } catch (error) {
    inspector.notices.complain(error);
  }
}

export async function downloadHar({ api, store, notices }: Inspector): Promise<void> {
  const filter = store.filterInForce.value;
  try {
    const answer = await api.ask(filter === '' ? '/export.har' : `/export.har?filter=${encodeURIComponent(filter)}`);
    const address = URL.createObjectURL(await answer.blob());
    const link = Object.assign(document.createElement('a'), { href: address, download: 'mkio-proxy.har' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch (error) {
    notices.complain(error);
  }
}
