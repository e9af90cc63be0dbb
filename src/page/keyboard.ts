import { clear, closeDetail, copySnippet, downloadHar, findSelected, open, sendAgain } from './actions.ts';
import type { Inspector } from './inspector.ts';
import type { ShortcutName } from './shortcuts.ts';
import { SHORTCUTS } from './shortcuts.ts';

type Act = (inspector: Inspector) => void;

const NAMES = Object.keys(SHORTCUTS) as readonly ShortcutName[];
const MOVES = new Set<ShortcutName>(['next', 'before', 'pageOn', 'pageBack']);
const PAGE = 20;

const withSelected =
  (act: (inspector: Inspector, id: string) => void): Act =>
  (inspector) => {
    const exchange = findSelected(inspector);
    if (exchange !== undefined) act(inspector, exchange.id);
  };

const ACTS: Readonly<Record<ShortcutName, Act>> = {
  next: (inspector) => move(inspector, 1),
  before: (inspector) => move(inspector, -1),
  pageOn: (inspector) => move(inspector, PAGE),
  pageBack: (inspector) => move(inspector, -PAGE),
  oldest: (inspector) => move(inspector, -Infinity),
  newest: (inspector) => move(inspector, Infinity),
  open: withSelected(openOrEnter),
  filter: ({ focus }) => focus.moveTo('filter'),
  pin: (inspector) => {
    const exchange = findSelected(inspector);
    if (exchange !== undefined) inspector.pins.toggle(exchange);
  },
  pause: ({ store }) => store.togglePause(),
  clear: (inspector) => void clear(inspector),
  replay: withSelected((inspector, id) => void sendAgain(inspector, id)),
  edit: withSelected((inspector) => (inspector.dialog.value = 'edit')),
  copy: withSelected((inspector, id) => void copySnippet(inspector, id, 'curl')),
  har: (inspector) => void downloadHar(inspector),
  theme: ({ theme }) => theme.next(),
  help: ({ dialog }) => (dialog.value = 'help'),
  close: (inspector) => {
    if (inspector.isDetailOpen.value) closeDetail(inspector);
  },
};

/** @returns a function that stops listening */
export function listenToKeys(inspector: Inspector): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const name = NAMES.find((one) => (SHORTCUTS[one].keys as readonly string[]).includes(event.key));
    if (name === undefined) return;
    event.preventDefault();
    // A held key repeats only moves.
    if (event.repeat && !MOVES.has(name)) return;
    ACTS[name](inspector);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** The first Enter opens the exchange, the second focuses it. */
function openOrEnter(inspector: Inspector, id: string): void {
  if (inspector.isDetailOpen.value) inspector.focus.moveTo('tab');
  else open(inspector, id);
}

const MOVING = /^(?:Arrow|Page|Home|End|Enter)/;

/** Whether the focused element uses the key itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, textarea, select, dialog') !== null) return true;
  return MOVING.test(key) && target.closest('button, a, summary, [role=tree], [role=tablist], .scrolls') !== null;
}

/** Moves within the pinned list if it has the focus, otherwise within the main list. */
function move({ store, selected, pins, focus }: Inspector, by: number): void {
  const shown = focus.isOn('pinned') ? pins.all.value.map(({ exchange }) => exchange) : store.shown.value;
  const at = shown.findIndex(({ id }) => id === selected.value);
  const start = at === -1 ? (by > 0 ? -1 : shown.length) : at;
  const target = shown[Math.max(0, Math.min(shown.length - 1, start + by))];
  if (target !== undefined) selected.value = target.id;
}
