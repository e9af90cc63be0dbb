import type { Socket } from 'node:net';

interface Parser {
  onHeadersComplete: (status: number, ...rest: readonly unknown[]) => number;
}

// A status without a meaning: read over like any interim answer (RFC 9110 §15.2).
const SOME_INTERIM = 199;

/**
 * Lets undici read over a 100 that nobody asked for, as RFC 9110 §15.2 wants of a client. By itself it takes it for a
 * broken answer, and has no setting for that: its parser sits on the socket under a symbol of its own.
 */
export function allowUnaskedContinue(socket: Socket): void {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  const parser = symbol && (socket as unknown as Readonly<Record<symbol, Parser | null>>)[symbol];
  if (!parser) return;
  const onHeadersComplete = parser.onHeadersComplete.bind(parser);
  parser.onHeadersComplete = (status, ...rest) => onHeadersComplete(status === 100 ? SOME_INTERIM : status, ...rest);
}
