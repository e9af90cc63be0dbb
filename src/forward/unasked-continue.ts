import type { Socket } from 'node:net';

interface Parser {
  onHeadersComplete: (status: number, ...rest: readonly unknown[]) => number;
}

// A status without meaning, ignored like any unknown interim answer (RFC 9110 §15.2).
const SOME_INTERIM = 199;

/**
 * Makes undici ignore an unexpected 100, as RFC 9110 §15.2 requires of clients. undici treats it as a broken answer and has
 * no setting for it; its parser is on the socket under a private symbol.
 */
export function allowUnaskedContinue(socket: Socket): void {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  const parser = symbol && (socket as unknown as Readonly<Record<symbol, Parser | null>>)[symbol];
  if (!parser) return;
  const onHeadersComplete = parser.onHeadersComplete.bind(parser);
  parser.onHeadersComplete = (status, ...rest) => onHeadersComplete(status === 100 ? SOME_INTERIM : status, ...rest);
}
