import { daysLeft } from '../token/expiry.ts';
import type { Claims } from '../token/jwt.ts';
import { renderCommand } from '../text/shell.ts';
import { printable } from '../text/unseen.ts';

/** Public facts about a token: source and lifetime. */
export interface TokenFacts {
  readonly tokenSource: string;
  readonly tokenExpires: string | null;
  readonly tokenDaysLeft: number | null;
}

export interface ReadyFacts extends TokenFacts {
  readonly address: string;
  readonly admin: string | null;
  readonly upstream: string;
}

export function readTokenFacts(tokenSource: string, claims: Claims | undefined, nowMs: number): TokenFacts {
  const expiresMs = (claims?.exp ?? NaN) * 1_000;
  const expires = new Date(expiresMs);
  if (Number.isNaN(expires.getTime())) return { tokenSource, tokenExpires: null, tokenDaysLeft: null };
  const tokenDaysLeft = daysLeft(expiresMs, nowMs);
  return { tokenSource, tokenExpires: expires.toISOString(), tokenDaysLeft };
}

export const renderTokenFacts = ({ tokenSource, tokenExpires, tokenDaysLeft }: TokenFacts): string =>
  tokenExpires === null
    ? `${printable(tokenSource)}, expiry unknown`
    : `${printable(tokenSource)}, expires ${tokenExpires.slice(0, 10)} (${tokenDaysLeft ?? 0} days left)`;

export function renderBanner(facts: ReadyFacts, version: string): string {
  const profile = `${facts.address}/api/v1/user/profile`;
  return `
  mkio-proxy ${version}

  proxy   ${facts.address}  ->  ${facts.upstream}
  admin   ${facts.admin ?? 'off'}${facts.admin === null ? '' : '  (open it in a browser to see the traffic)'}
  token   ${renderTokenFacts(facts)}

  try     ${renderCommand(['curl', profile])}
  stop    Ctrl-C

`;
}
