import { closeSync, openSync } from 'node:fs';
import process from 'node:process';

/**
 * SIGHUP reloads a daemon. It also reports a closed terminal: then the proxy drains as on SIGTERM. Otherwise it would keep
 * its port and the token unnoticed.
 */
export function onSighup(reload: () => void): void {
  const hadTerminal = hasTerminal();
  let waiting: NodeJS.Immediate | undefined;
  process.on('SIGHUP', () => {
    if (hadTerminal && !hasTerminal()) {
      process.kill(process.pid, 'SIGTERM');
      return;
    }
    // Several signals in a row cause one reload.
    waiting ??= setImmediate(() => {
      waiting = undefined;
      reload();
    });
  });
}

/** Whether the process has a controlling terminal. Standard streams don't show it, as they may be redirected. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
