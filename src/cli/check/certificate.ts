import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { connect } from 'node:tls';
import { readName } from '../../http/hosts.ts';

/** A server's verified certificate. */
export interface Certificate {
  /** Organization or name of the issuer. */
  readonly issuer: string;
  readonly expiresAtMs: number;
}

/**
 * Reads the certificate in a TLS handshake with an `https:` origin, without sending a request.
 *
 * @throws Error with a code of Node or OpenSSL
 */
export async function readCertificate({ hostname, port }: URL, timeoutMs: number): Promise<Certificate> {
  const host = readName(hostname);
  const named = isIP(host) === 0 && { servername: host };
  // Set explicitly to override NODE_TLS_REJECT_UNAUTHORIZED.
  const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: true, ...named });
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.setTimeout(timeoutMs, () => reject(Object.assign(new Error('no handshake'), { code: 'ETIMEDOUT' })));
      socket.once('secureConnect', () => resolve(readFacts(socket.getPeerCertificate())));
      socket.once('close', () => reject(Object.assign(new Error('no handshake'), { code: 'ECONNRESET' })));
    });
  } finally {
    socket.destroy();
  }
}

function readFacts({ issuer, valid_to: validTo }: PeerCertificate): Certificate {
  const name = issuer.O ?? issuer.CN;
  return { issuer: [name].flat().join(', '), expiresAtMs: Date.parse(validTo) };
}
