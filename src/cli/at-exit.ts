import type { Redact } from '../secrets/redact.ts';
import { createRedactor } from '../secrets/redact.ts';

/** What the end of this process has to know of the command that runs in it, however it ends. */
interface Parting {
  /** Masks what nothing that it prints may show. */
  readonly redact: Redact;
  /** Writes the rest of the log. */
  readonly flush: () => Promise<void>;
}

const partings: Partial<Parting>[] = [];

export const prepareParting = (parting: Partial<Parting>): void => void partings.push(parting);

const redactShapes = createRedactor((text) => text);

export const redactKnown: Redact = (text) =>
  redactShapes(partings.reduce((masked, { redact }) => redact?.(masked) ?? masked, text));

export async function flushAll(): Promise<void> {
  for (const { flush } of partings) await flush?.();
}
