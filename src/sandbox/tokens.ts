import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT, type GenerateKeyPairResult } from 'jose';
import type { Json } from './json.ts';
import { ApiError } from './replies.ts';

export type TokenType = 'full-access' | 'restricted' | 'ephemeral';

export interface MintOptions {
  readonly type?: TokenType;
  readonly description?: string;
  /** A negative value makes an expired token. */
  readonly lifetimeSeconds?: number;
  readonly permissions?: Json;
}

export interface MintedToken {
  readonly jti: string;
  readonly token: string;
}

/** Times in milliseconds. */
export interface TokenRecord {
  readonly type: TokenType;
  readonly description: string;
  readonly permissions: Json | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  usedAt: number | null;
  revokedAt: number | null;
}

export type SigningKeys = GenerateKeyPairResult;

export const createSigningKeys = (): Promise<SigningKeys> => generateKeyPair('RS256', { modulusLength: 2048 });

const YEAR_SECONDS = 365 * 24 * 3600;

/** Issues, checks and revokes tokens. As with MK.IO, the JWT is returned once and not stored. */
export class TokenLedger {
  readonly records = new Map<string, TokenRecord>();
  readonly jwks: Json;
  readonly #clock: () => number;
  readonly #keys: SigningKeys;
  readonly #kid: string;

  static async create(clock: () => number, keys: SigningKeys): Promise<TokenLedger> {
    const { kty, n, e } = await exportJWK(keys.publicKey);
    const kid = String(Math.floor(clock() / 1000));
    return new TokenLedger(clock, keys, kid, { keys: [{ kty, kid, n, e, key_ops: ['verify'] }] });
  }

  private constructor(clock: () => number, keys: SigningKeys, kid: string, jwks: Json) {
    this.#clock = clock;
    this.#keys = keys;
    this.#kid = kid;
    this.jwks = jwks;
  }

  async mint(options: MintOptions = {}): Promise<MintedToken> {
    const { type = 'full-access', description = '', lifetimeSeconds = YEAR_SECONDS, permissions } = options;
    const jti = randomUUID();
    const iat = Math.floor(this.#clock() / 1000);
    const exp = iat + lifetimeSeconds;
    const token = await new SignJWT({ jti, iat, exp })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.#kid })
      .sign(this.#keys.privateKey);
    const times = { issuedAt: iat * 1000, expiresAt: exp * 1000, usedAt: null, revokedAt: null };
    this.records.set(jti, { type, description, permissions, ...times });
    return { jti, token };
  }

  /** Throws 401 unless the header has a valid token of this sandbox. */
  async authenticate(authorization: string | undefined): Promise<TokenRecord> {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw unauthorized('Token is missing.');
    const record = this.records.get(await this.#verify(token));
    if (record?.revokedAt !== null) throw unauthorized('Token is revoked.');
    record.usedAt = this.#clock();
    return record;
  }

  revoke(jti: string): boolean {
    const record = this.records.get(jti);
    if (record !== undefined) record.revokedAt ??= this.#clock();
    return record !== undefined;
  }

  revokedIds(): string[] {
    return [...this.records].filter(([, { revokedAt }]) => revokedAt !== null).map(([jti]) => jti);
  }

  async #verify(token: string): Promise<string> {
    try {
      const options = { algorithms: ['RS256'], requiredClaims: ['exp'], currentDate: new Date(this.#clock()) };
      const { payload } = await jwtVerify(token, this.#keys.publicKey, options);
      return payload.jti ?? '';
    } catch {
      throw unauthorized('Token is not valid.');
    }
  }
}

function unauthorized(detail: string): ApiError {
  return new ApiError(401, detail, {}, { 'www-authenticate': 'Bearer' });
}
