import type { Redact } from '../secrets/redact.ts';
import { createRedactor } from '../secrets/redact.ts';

/** A command's part in the end of its process, normal or not. */
interface AtExit {
  /** Masks the command's secrets in everything that is printed last. */
  readonly redact: Redact;
  /** Writes the rest of the log. */
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
