import type { RepeatableRequest } from '../repeatable-request.ts';
import { renderCurl } from './curl.ts';
import { renderFetch } from './fetch.ts';
import { renderHttpie } from './httpie.ts';
import { renderPython } from './python.ts';
import type { RenderSnippet, SnippetRequest } from './snippet-request.ts';

interface Language {
  readonly render: RenderSnippet;
  readonly comment: '#' | '//';
  /** Whether it can connect to a Unix socket. */
  readonly reachesSockets: boolean;
}

export const LANGUAGES = {
  curl: { render: renderCurl, comment: '#', reachesSockets: true },
  fetch: { render: renderFetch, comment: '//', reachesSockets: false },
  httpie: { render: renderHttpie, comment: '#', reachesSockets: false },
  python: { render: renderPython, comment: '#', reachesSockets: false },
} as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof LANGUAGES;

export interface Destination extends Pick<SnippetRequest, 'bearer' | 'socketPath'> {
  readonly origin: string;
}

/** Code that is safe to paste whatever the request holds. It ends with a line feed. */
export function renderSnippet(name: LanguageName, repeatable: RepeatableRequest, destination: Destination): string {
  const { method, fields, maskedFields, body, gaps } = repeatable;
  const { origin, bearer, socketPath } = destination;
  const { render, comment } = LANGUAGES[name];
  const url = origin + renderPath(repeatable.target);
  // An interactive zsh runs comments, so a comment must not quote the request.
  const reasons = [...gaps.values(), ...(maskedFields > 0 ? [renderMasked(maskedFields)] : [])];
  const notes = reasons.map((reason) => `${comment} Not as it was: ${reason}.\n`);
  const sent = { method, url, fields: fields.filter(isWanted), body, bearer, socketPath };
  return `${notes.join('')}${render(sent)}\n`;
}

const renderMasked = (count: number): string =>
  count === 1
    ? 'a header is left out, as its value was masked'
    : `${count} headers are left out, as their values were masked`;

/** Each program sends its own Accept-Encoding, with codings that it can decode. */
const isWanted = ([name]: readonly [string, string]): boolean => name.toLowerCase() !== 'accept-encoding';

/** Drops the origin of an absolute-form target and encodes characters that a URL cannot hold. */
function renderPath(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const written = path.replace(/[^\x21-\x7e]|[\\#]/gu, (found) => encodeURIComponent(found));
  return written.startsWith('/') ? written : `/${written}`;
}
