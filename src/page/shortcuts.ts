interface Shortcut {
  /** Values of `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  readonly what: string;
}

/** All shortcuts. The help dialog and docs/inspector.md show this table. */
export const SHORTCUTS = {
  next: { keys: ['j', 'ArrowDown'], what: 'next exchange' },
  before: { keys: ['k', 'ArrowUp'], what: 'exchange before' },
  pageOn: { keys: ['PageDown'], what: 'a page on' },
  pageBack: { keys: ['PageUp'], what: 'a page back' },
  oldest: { keys: ['g', 'Home'], what: 'the oldest' },
  newest: { keys: ['G', 'End'], what: 'the newest' },
  open: { keys: ['Enter'], what: 'show the exchange; once more, go into it' },
  filter: { keys: ['/'], what: 'filter' },
  pin: { keys: ['p'], what: 'pin the exchange, or let it go' },
  pause: { keys: ['s'], what: 'pause, or go on' },
  clear: { keys: ['c'], what: 'clear: the proxy forgets what it keeps' },
  replay: { keys: ['r'], what: 'send the request again' },
  edit: { keys: ['e'], what: 'edit the request and send it' },
  copy: { keys: ['y'], what: 'copy the request as curl' },
  har: { keys: ['h'], what: 'download what is shown as HAR' },
  theme: { keys: ['t'], what: 'light, dark, or as the system' },
  help: { keys: ['?'], what: 'these keys' },
  close: { keys: ['Escape'], what: 'close the exchange' },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;

const NAMES: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' };

/** The label of the key. */
export const renderKey = (key: string): string => NAMES[key] ?? key;
