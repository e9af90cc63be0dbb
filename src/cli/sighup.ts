import { closeSync, openSync } from 'node:fs';
import process from 'node:process';

/**
 * SIGHUP reloads a daemon. It also reports that the terminal is gone: then the proxy drains as on SIGTERM, or it would
 * hold its port and the token unseen.
 */
export function onSighup(reload: () => void): void {
  const hadTerminal = hasTerminal();
  let waiting: NodeJS.Immediate | undefined;
  process.on('SIGHUP', () => {
    if (hadTerminal && !hasTerminal()) {
      process.kill(process.pid, 'SIGTERM');
      return;
    }
    // Signals in quick succession cause one reload.
    waiting ??= setImmediate(() => {
      waiting = undefined;
      reload();
    });
  });
}

/** Whether the process has a controlling terminal; standard streams may be redirected. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
