const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|::1)$/;
const WILDCARD = /^(?:0(?:\.0){0,3}|[0:]+)$/;

/** Lower case, without brackets and trailing dot: `LOCALHOST.` → `localhost`, `[::1]` → `::1`. */
export function readName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/([^.])\.$/, '$1');
}

/** Whether a port may stand in a Host or an Origin. An empty one means the default port (RFC 3986 §3.2.3). */
export const isPort = (digits: string | undefined): boolean =>
  digits === undefined || digits === '' || (Number(digits) >= 1 && Number(digits) <= 65_535);

/** Names and addresses that never leave this machine: localhost, *.localhost (RFC 6761 §6.3), 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(readName(host));
}

/** Addresses that listen on every interface, loopback included. */
export function isWildcard(host: string): boolean {
  return WILDCARD.test(readName(host));
}
