/** Text from elsewhere without what could steer a terminal: C0 and C1 controls, line separators and bidi overrides. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '');
