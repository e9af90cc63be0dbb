/** What could steer a terminal: C0 and C1 controls, line separators and bidi overrides. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** JSON itself escapes the C0 controls; the line feed behind it has to stay. */
const STEERING_IN_JSON = /[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from elsewhere without what could steer a terminal. */
export const printable = (text: string): string => text.replace(STEERING, '');

/** Lines of JSON that mean the same, and that may be shown on a terminal. */
export const printableJson = (lines: string): string =>
  lines.replace(STEERING_IN_JSON, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
