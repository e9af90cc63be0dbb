import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { connect } from 'node:tls';
import { readName } from '../../http/hosts.ts';

/** Facts of a server's verified certificate. */
export interface Certificate {
  /** Organization or name of who signed it. */
  readonly issuer: string;
  readonly expiresAtMs: number;
}

/**
 * Shakes hands with the server of an `https:` origin and sends it nothing more.
 *
 * @throws Error with the codes of Node and OpenSSL
 */
export async function readCertificate({ hostname, port }: URL, timeoutMs: number): Promise<Certificate> {
  const host = readName(hostname);
  const named = isIP(host) === 0 && { servername: host };
  // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED does not decide.
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
