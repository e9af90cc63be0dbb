/** A secret, or an output to search. One character is one byte; other decodings must preserve ASCII. */
export interface Named {
  readonly name: string;
  readonly text: string;
}

export interface Leak {
  readonly secret: string;
  readonly output: string;
  /** The encoding, and how many rounds of escapes were undone. */
  readonly written: string;
  readonly around: string;
}

// A part of a secret is a leak, too: any 23 consecutive characters contain one of these pieces.
const PIECE = 16;
const STEP = 8;
const ROUNDS = 4;

/** Finds every secret and parts of it in all outputs, in any encoding. */
export function findLeaks(secrets: readonly Named[], outputs: readonly Named[]): Leak[] {
  const needles = secrets.flatMap(({ name, text }) => needlesOf(text).map((needle) => ({ secret: name, ...needle })));
  return outputs.flatMap(({ name, text }) => {
    for (const [rounds, reading] of readingsOf(text).entries()) {
      const found = needles.find(({ bytes }) => reading.includes(bytes));
      if (found === undefined) continue;
      const at = reading.indexOf(found.bytes);
      const around = reading.slice(Math.max(0, at - 60), at + 120);
      return [{ secret: found.secret, output: name, written: `${found.written}, ${rounds} times escaped`, around }];
    }
    return [];
  });
}

interface Needle {
  readonly written: string;
  readonly bytes: string;
}

function needlesOf(secret: string): Needle[] {
  // The header of a JWT is not secret: other tokens have the same.
  const own = secret.replace(/^eyJ[\w-]*\./, '');
  const starts = Array.from({ length: Math.ceil(own.length / STEP) }, (_, i) => i * STEP);
  const pieces = starts.map((start) => own.slice(Math.min(start, Math.max(0, own.length - PIECE)), start + PIECE));
  return pieces.flatMap((piece) => [
    { written: 'as it is', bytes: piece },
    ...(['base64', 'base64url'] as const).flatMap((written) =>
      [0, 1, 2].map((offset) => ({ written, bytes: encodeInside(piece, written, offset) })),
    ),
    { written: 'hex', bytes: Buffer.from(piece).toString('hex') },
    { written: 'hex', bytes: Buffer.from(piece).toString('hex').toUpperCase() },
    { written: 'UTF-16', bytes: Buffer.from(piece, 'utf16le').toString('latin1') },
    { written: 'UTF-16', bytes: Buffer.from(piece, 'utf16le').swap16().toString('latin1') },
  ]);
}

/** Base64 of `text` at `offset` in a longer text, without the characters that share bits with its neighbours. */
function encodeInside(text: string, encoding: 'base64' | 'base64url', offset: number): string {
  const whole = Buffer.from('\0'.repeat(offset) + text);
  const [first, end] = [Math.ceil((offset * 4) / 3), Math.floor((whole.length * 4) / 3)];
  return whole.toString(encoding).slice(first, end);
}

const ESCAPES: readonly (readonly [RegExp, 10 | 16])[] = [
  [/%([0-9a-f]{2})/gi, 16],
  [/\\u00([0-9a-f]{2})/gi, 16],
  [/\\x([0-9a-f]{2})/gi, 16],
  [/&#x0*([0-9a-f]{2});?/gi, 16],
  [/&#0*(\d{2,3});?/g, 10],
];

/** The text, then the text after each round of undone escapes, until none are left. */
function readingsOf(text: string): string[] {
  const readings = [text];
  for (let last = text; readings.length <= ROUNDS; readings.push(last)) {
    const next = unescape(last);
    if (next === last) break;
    last = next;
  }
  return readings;
}

function unescape(text: string): string {
  const plain = text.replaceAll('\\/', '/');
  return ESCAPES.reduce(
    (read, [escape, radix]) =>
      read.replace(escape, (_, code: string) => String.fromCharCode(Number.parseInt(code, radix))),
    plain,
  );
}
