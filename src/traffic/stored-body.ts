/** A body as it is kept: without secrets. */
export interface StoredBody {
  /** Bytes that travelled. */
  readonly bytes: number;
  /** Content-Type, secrets masked. */
  readonly type: string | undefined;
  /** Decoded and without secrets; undefined where it is no text, or does not decode. */
  readonly text: string | undefined;
  /** Whether `text` is the beginning alone: there was more than is kept, or more was to come. */
  readonly cut: boolean;
  /** Whether `text` had secrets, which are masked now. */
  readonly redacted: boolean;
  /** Of the bytes that travelled, in hex; undefined where all of them are kept. */
  readonly sha256: string | undefined;
}

/** What neither a secret nor any spelling of one holds: where a text is cut, a beginning of one may stand behind it. */
const DELIMITER = /[\s"'<>,{}()[\]]/;

/** The text without what may be the first part of something that would be masked if it were whole. */
export function withoutOpenEnd(text: string): string {
  let end = text.length;
  while (end > 0 && !DELIMITER.test(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}

/** UTF-16 and binary data under a textual name: masks would not see a secret there. */
export const isBinary = (text: string): boolean => text.includes('\0');
