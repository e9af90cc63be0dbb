import { closeSync, openSync } from 'node:fs';
import process from 'node:process';

/**
 * SIGHUP asks a daemon to read its settings again, and tells a program in a terminal that the terminal is gone: there it
 * ends as by SIGTERM, or it would hold its port and the token unseen.
 */
export function onHangUp(reload: () => void): void {
  const hadTerminal = hasTerminal();
  let waiting: NodeJS.Immediate | undefined;
  process.on('SIGHUP', () => {
    if (hadTerminal && !hasTerminal()) {
      process.kill(process.pid, 'SIGTERM');
      return;
    }
    // Those that came together, or during a reload, are one.
    waiting ??= setImmediate(() => {
      waiting = undefined;
      reload();
    });
  });
}

/** Whether there is a controlling terminal, whatever the standard streams lead to. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
