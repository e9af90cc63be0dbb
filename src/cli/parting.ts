import type { Redact } from '../traffic/redact.ts';
import { createRedactor, createTokenMask } from '../traffic/redact.ts';
import { createSpellings } from '../traffic/spellings.ts';

/** What the end of this process has to know of the command that runs in it, however it ends. */
interface Parting {
  /** Secrets that nothing it prints may show; may grow. */
  readonly secrets: readonly string[];
  /** Writes the rest of the log. */
  readonly flush: () => Promise<void>;
}

const partings: Partial<Parting>[] = [];

export const prepareParting = (parting: Partial<Parting>): void => void partings.push(parting);

export const redactKnown: Redact = (text) => {
  const secrets = partings.flatMap((parting) => parting.secrets ?? []);
  return createRedactor(createTokenMask(createSpellings(secrets)))(text);
};

export async function flushAll(): Promise<void> {
  for (const { flush } of partings) await flush?.();
}
