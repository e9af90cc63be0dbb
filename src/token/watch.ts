import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 1_000;
/** Wait before reading: a file that is overwritten in place is briefly empty. */
const SETTLE_MS = 20;

/**
 * Calls back when the file changes: overwritten, replaced by a rename, or behind a link that was swapped, as Kubernetes
 * swaps `..data`. Watches folders, as the watch of a file ends when the file is replaced. Also polls every second, for
 * file systems without events. Calls back once at the start, as the file may have changed since the first reading.
 *
 * @returns stops watching
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
      // The watch limit is reached or the folder is missing: polling continues.
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
  /** Changes with the file or its content. */
  readonly mark: string;
  /** Folders of the path and its link targets. */
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
