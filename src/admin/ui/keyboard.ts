import { clear, closeDetail, copySnippet, downloadHar, findSelected, focusDetail, open, sendAgain } from './actions.ts';
import type { Inspector } from './inspector.ts';

type Act = (inspector: Inspector) => void;

interface Shortcut {
  readonly keys: readonly string[];
  readonly what: string;
  readonly act: Act;
}

const withSelected =
  (act: (inspector: Inspector, id: string) => void): Act =>
  (inspector) => {
    const exchange = findSelected(inspector);
    if (exchange !== undefined) act(inspector, exchange.id);
  };

/** All keys of the page: the help is made of the same table. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['j', 'ArrowDown'], what: 'next exchange', act: (inspector) => move(inspector, 1) },
  { keys: ['k', 'ArrowUp'], what: 'exchange before', act: (inspector) => move(inspector, -1) },
  { keys: ['PageDown'], what: 'a page on', act: (inspector) => move(inspector, 20) },
  { keys: ['PageUp'], what: 'a page back', act: (inspector) => move(inspector, -20) },
  { keys: ['g', 'Home'], what: 'the oldest', act: (inspector) => move(inspector, -Infinity) },
  { keys: ['G', 'End'], what: 'the newest', act: (inspector) => move(inspector, Infinity) },
  { keys: ['Enter'], what: 'show the exchange', act: withSelected(openOrEnter) },
  { keys: ['/'], what: 'filter', act: () => document.getElementById('filter')?.focus() },
  {
    keys: ['p'],
    what: 'pin the exchange, or let it go',
    act: (inspector) => {
      const exchange = findSelected(inspector);
      if (exchange !== undefined) inspector.pins.toggle(exchange);
    },
  },
  { keys: ['s'], what: 'pause, or go on', act: ({ store }) => store.togglePause() },
  { keys: ['c'], what: 'clear: the proxy forgets what it keeps', act: (inspector) => void clear(inspector) },
  { keys: ['r'], what: 'send the request again', act: withSelected((inspector, id) => void sendAgain(inspector, id)) },
  {
    keys: ['e'],
    what: 'edit the request and send it',
    act: withSelected((inspector) => (inspector.dialog.value = 'edit')),
  },
  {
    keys: ['y'],
    what: 'copy the request as curl',
    act: withSelected((inspector, id) => void copySnippet(inspector, id, 'curl')),
  },
  { keys: ['h'], what: 'download what is shown as HAR', act: (inspector) => void downloadHar(inspector) },
  { keys: ['t'], what: 'light, dark, or as the system', act: ({ theme }) => theme.next() },
  { keys: ['?'], what: 'these keys', act: ({ dialog }) => (dialog.value = 'help') },
  {
    keys: ['Escape'],
    what: 'close the exchange',
    act: (inspector) => {
      if (inspector.isDetailOpen.value) closeDetail(inspector);
    },
  },
];

/** @returns what ends it */
export function listenToKeys(inspector: Inspector): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(event.key));
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.act(inspector);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** Enter shows it, and once more goes into it. */
function openOrEnter(inspector: Inspector, id: string): void {
  if (inspector.isDetailOpen.value) focusDetail();
  else open(inspector, id);
}

const MOVING = /^(?:Arrow|Page|Home|End|Enter)/;

/** Whether the key is for what has the focus. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, dialog') !== null) return true;
  return MOVING.test(key) && target.closest('button, a, summary, [role=tree], [role=tablist], .scrolls') !== null;
}

function move({ store, selected }: Inspector, by: number): void {
  const shown = store.shown.value;
  const at = shown.findIndex(({ id }) => id === selected.value);
  const start = at === -1 ? (by > 0 ? -1 : shown.length) : at;
  const target = shown[Math.max(0, Math.min(shown.length - 1, start + by))];
  if (target !== undefined) selected.value = target.id;
}
