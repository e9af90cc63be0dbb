import type { Redact } from '../secrets/redact.ts';
import { createRedactor } from '../secrets/redact.ts';

/** Hooks of a command for the exit of the process, normal or not. */
interface AtExit {
  /** Masks the command's secrets in the last output. */
  readonly redact: Redact;
  /** Flushes the log. */
  readonly flush: () => Promise<void>;
}

const registered: Partial<AtExit>[] = [];

export const registerAtExit = (atExit: Partial<AtExit>): void => void registered.push(atExit);

const redactShapes = createRedactor((text) => text);

export const redactKnown: Redact = (text) =>
  redactShapes(registered.reduce((masked, { redact }) => redact?.(masked) ?? masked, text));

export async function flushAll(): Promise<void> {
  for (const { flush } of registered) await flush?.();
}
