import { createHash } from 'node:crypto';
import type { Target } from '../policy/target.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}
code{overflow-wrap:anywhere}a.call{font-weight:600}`;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-frame-options': 'DENY',
  // The opener of this page gets no reference to it.
  'cross-origin-opener-policy': 'same-origin',
  // Over plain HTTP beyond loopback, only the Referer shows that the link was clicked here.
  'referrer-policy': 'same-origin',
};

export interface NavigationPage {
  readonly method: string;
  readonly target: Target;
  /** undefined: no link to the inspector. */
  readonly inspector: string | undefined;
}

/** No script, no form, nothing of other origins but the link to the inspector. */
export function renderNavigationPage({ method, target, inspector }: NavigationPage): string {
  const call = escape(target.path + target.query);
  const look = inspector === undefined ? '' : `\n<p><a href="${escape(inspector)}/">Open the inspector</a></p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mkio-proxy: make this call?</title>
<style>${STYLE}</style>
<h1>Make this call?</h1>
<p>The address leads to mkio-proxy at <code>${escape(target.authority)}</code>, which calls MK.IO with the operator's token:</p>
<p><code>${escape(method)} ${call}</code></p>
<p><a class="call" href="${call}">Make the call</a></p>
<p>Close this page if you did not type the address yourself.</p>${look}
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
