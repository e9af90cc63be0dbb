import { decode } from './readings.ts';

const MAX_DECODINGS = 4;
const CONTROL = /\p{Cc}/u;
/** A C1 control character of Latin-1, or broken UTF-8: `decode` leaves these bytes as they are. */
const LONE_BYTE = /%[89][\da-f]/i;
/** C0, DEL and C1 (U+0080 to U+009F), encoded any number of times. */
const ENCODED_CONTROL = /%(?:25)*(?:[01][\da-f]|7f|c2%(?:25)*[89][\da-f])/i;

/** Whether a path holds a control character in any encoding. Servers end, split or trim a path at some of them. */
export function holdsControl(path: string): boolean {
  if (ENCODED_CONTROL.test(path)) return true;
  let text = path;
  for (let round = 0; round < MAX_DECODINGS; round++) {
    const decoded = decode(text);
    if (CONTROL.test(decoded)) return true;
    if (decoded === text) return LONE_BYTE.test(decoded);
    text = decoded;
  }
  return false;
}
