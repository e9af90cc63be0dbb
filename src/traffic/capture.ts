import type { CaptureConfig } from '../config/config.ts';
import type { BodyTap } from './body-tap.ts';
import { createBodyTap } from './body-tap.ts';
import { isJson, isText, readContent } from '../http/content.ts';
import type { FieldLines } from '../http/fields.ts';
import { hasBody } from '../http/fields.ts';

/** The parts of a running exchange that are recorded. */
export interface Capture {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly tapRequest: (fields: FieldLines) => BodyTap | undefined;
  readonly tapAnswer: (status: number, fields: FieldLines) => BodyTap | undefined;
  /** For an answer of the proxy itself. */
  readonly tapOwn: (fields: FieldLines) => BodyTap | undefined;
}

/** MK.IO's error bodies have a few hundred bytes. The access log needs them even if nothing is captured. */
const MAX_ERROR_BYTES = 16 * 1024;

const NOTHING = (): undefined => undefined;

export function createCapture({ mode, maxBodyBytes }: CaptureConfig, now: () => number): Capture {
  if (mode !== 'bodies') return { now, tapRequest: NOTHING, tapAnswer: tapError, tapOwn: NOTHING };
  const tap = (fields: FieldLines): BodyTap => createBodyTap(readContent(fields), maxBodyBytes);
  return {
    now,
    tapRequest: (fields) => (hasBody(fields) ? tap(fields) : undefined),
    tapAnswer: (_, fields) => tap(fields),
    tapOwn: tap,
  };
}

function tapError(status: number, fields: FieldLines): BodyTap | undefined {
  if (status < 400) return undefined;
  const content = readContent(fields);
  return isJson(content) && isText(content) ? createBodyTap(content, MAX_ERROR_BYTES) : undefined;
}
