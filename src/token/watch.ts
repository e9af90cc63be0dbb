import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 1_000;
/** A file that is written in place is empty for a moment. */
const SETTLE_MS = 20;

/**
 * Calls back when the file has become another one: written in place, renamed over, or behind a link that was swapped, as
 * Kubernetes swaps `..data`. Folders are watched, as a watched file is lost when it is replaced; and the file is looked at
 * every second, for file systems without events. It is also called once at the start, for a change since the first reading.
 *
 * @returns ends it
 */
export function watchFile(path: string, onChange: () => void, pollMs = POLL_MS): () => void {
  const watchers = new Map<string, FSWatcher>();
  let seen: string | undefined;
  let looking = false;
  let again = false;
  let ended = false;

  const look = async (): Promise<void> => {
    again = true;
    if (looking) return;
    looking = true;
    while (again) {
      again = false;
      await lookOnce();
    }
    looking = false;
  };
  const lookOnce = async (): Promise<void> => {
    const first = await readMark(path);
    if (first.mark !== seen) await setTimeout(SETTLE_MS, undefined, { ref: false });
    const { mark, folders } = first.mark === seen ? first : await readMark(path);
    if (ended) return;
    follow(folders);
    if (mark === seen) return;
    seen = mark;
    onChange();
  };
  const follow = (folders: ReadonlySet<string>): void => {
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) drop(folder, watcher);
    for (const folder of folders) if (!watchers.has(folder)) add(folder);
  };
  const add = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, () => void look());
      watcher.on('error', () => drop(folder, watcher));
      watchers.set(folder, watcher);
    } catch {
      // The system has no more watches, or no such folder: looking every second remains.
    }
  };
  const drop = (folder: string, watcher: FSWatcher): void => {
    watchers.delete(folder);
    watcher.close();
  };

  const poll = setInterval(() => void look(), pollMs).unref();
  void look();
  return () => {
    ended = true;
    clearInterval(poll);
    follow(new Set());
  };
}

interface Mark {
  /** Another one for another file or other content. */
  readonly mark: string;
  /** Folders of the path and of its link targets. */
  readonly folders: ReadonlySet<string>;
}

async function readMark(path: string): Promise<Mark> {
  const own = dirname(path);
  try {
    const target = await realpath(path);
    const { dev, ino, size, mode, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return { mark: [dev, ino, size, mode, mtimeNs, ctimeNs].join(':'), folders: new Set([own, dirname(target)]) };
  } catch {
    return { mark: 'unreadable', folders: new Set([own]) };
  }
}
