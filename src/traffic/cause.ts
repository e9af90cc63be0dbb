/** A cause for the log, without its further fields, which may quote the request. */
export function renderCause(cause: unknown, redact: (text: string) => string): object | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { name, message, stack } = cause;
  const code = 'code' in cause ? redact(String(cause.code)) : undefined;
  return { type: name, code, message: redact(message), stack: stack === undefined ? undefined : redact(stack) };
}
