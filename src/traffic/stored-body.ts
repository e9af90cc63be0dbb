/** A kept body, without secrets. */
export interface StoredBody {
  /** Bytes on the wire. */
  readonly bytes: number;
  /** Content-Type, secrets masked. */
  readonly type: string | undefined;
  /** Decoded and redacted; undefined if it is not text or does not decode. */
  readonly text: string | undefined;
  /** Whether `text` is truncated. */
  readonly cut: boolean;
  /** Whether secrets in `text` were masked. */
  readonly redacted: boolean;
  /** Hash of the bytes on the wire, in hex; undefined if all are kept. */
  readonly sha256: string | undefined;
}

/** Delimiters: they occur in no secret and no encoding of one. */
const DELIMITER = /[\s"'<>,{}()[\]]/;

/** Drops a possible start of a secret from the end of truncated text. */
export function withoutOpenEnd(text: string): string {
  let end = text.length;
  while (end > 0 && !DELIMITER.test(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}

/** UTF-16 and binary data with a text type, in which redaction would miss secrets. */
export const isBinary = (text: string): boolean => text.includes('\0');
