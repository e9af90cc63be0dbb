import { createLocalJWKSet, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createClock, openSandbox } from '../support/sandbox.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the sandbox requires a token', () => {
  it("answers 401 in MK.IO's error shape without one", async () => {
    const { call } = await openSandbox();
    const answer = await call('GET', '/api/v1/projects', undefined, { authorization: '' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body).toEqual({
      error: { code: 'Unauthorized', detail: 'Token is missing.', extraDetail: {} },
      status: 401,
      ref: expect.stringMatching(/^[0-9a-f]{8}-\d{4}$/) as string,
    });
  });

  it('gives every error its own reference', async () => {
    const { call } = await openSandbox();
    const refs = await Promise.all(['/a', '/b', '/c'].map(async (path) => (await call('GET', path)).body.ref));
    expect(new Set(refs).size).toBe(3);
  });

  it('accepts its own token, with any letter case of the scheme', async () => {
    const { call, token } = await openSandbox();
    expect((await call('GET', '/api/v1/projects')).status).toBe(200);
    expect((await call('GET', '/api/v1/projects', undefined, { authorization: `bearer ${token}` })).status).toBe(200);
  });

  it('refuses a token signed by another key under the same key id', async () => {
    const { call, token } = await openSandbox();
    const { privateKey } = await generateKeyPair('RS256');
    const { kid } = decodeProtectedHeader(token);
    const forged = await new SignJWT({ jti: 'x' })
      .setProtectedHeader({ alg: 'RS256', kid: kid! })
      .setExpirationTime('1h')
      .sign(privateKey);
    expect((await call('GET', '/api/v1/projects', undefined, bearer(forged))).status).toBe(401);
  });

  it('refuses an unsigned token with the claims of a good one', async () => {
    const { call, token } = await openSandbox();
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
    expect((await call('GET', '/api/v1/projects', undefined, bearer(new UnsecuredJWT(claims).encode()))).status).toBe(
      401,
    );
  });

  it('refuses a token whose payload was changed', async () => {
    const { call, token } = await openSandbox();
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ jti: 'x', exp: 4102444800 })).toString('base64url');
    expect((await call('GET', '/api/v1/projects', undefined, bearer(`${header}.${payload}.${signature}`))).status).toBe(
      401,
    );
  });

  it('refuses a token that was issued expired', async () => {
    const { call, mintToken } = await openSandbox();
    const { token } = await mintToken({ lifetimeSeconds: -60 });
    expect((await call('GET', '/api/v1/projects', undefined, bearer(token))).status).toBe(401);
  });

  it('refuses a token from the moment it expires', async () => {
    const clock = createClock();
    const { call, mintToken } = await openSandbox({ clock });
    const { token } = await mintToken({ lifetimeSeconds: 60 });
    clock.advance(59_000);
    expect((await call('GET', '/api/v1/projects', undefined, bearer(token))).status).toBe(200);
    clock.advance(2_000);
    expect((await call('GET', '/api/v1/projects', undefined, bearer(token))).status).toBe(401);
  });

  it('refuses a revoked token and publishes its id', async () => {
    const { call, mintToken, revoke } = await openSandbox();
    const { jti, token } = await mintToken();
    expect(revoke(jti)).toBe(true);
    expect(revoke('unknown')).toBe(false);
    expect((await call('GET', '/api/v1/projects', undefined, bearer(token))).status).toBe(401);
    const published = await call('GET', '/.well-known/revoked.json', undefined, { authorization: '' });
    expect(published.body).toEqual({ revokedTokens: [jti] });
  });

  it('publishes the key that verifies its tokens', async () => {
    const { call, token } = await openSandbox();
    const { body } = await call('GET', '/.well-known/jwks.json', undefined, { authorization: '' });
    expect(Object.keys(body.keys[0]!)).toEqual(['kty', 'kid', 'n', 'e', 'key_ops']);
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(body));
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: body.keys[0]!.kid });
    expect(Object.keys(payload)).toEqual(['jti', 'iat', 'exp']);
  });

  it('answers its readiness without a token', async () => {
    const { call } = await openSandbox();
    expect((await call('GET', '/api/ready', undefined, { authorization: '' })).status).toBe(200);
  });
});

describe('the token API', () => {
  const request = { type: 'full-access', organizationId: '0a1b2c3d-0000-4000-8000-000000000001' };

  it('lists two, one of them restricted, and shows no JWT', async () => {
    const { call, token } = await openSandbox();
    const { body, text } = await call('GET', '/api/v1/user/tokens');
    expect(Object.keys(body)).toEqual(['kind', 'value']);
    expect(body.value.map((each) => each.metadata.type)).toEqual(['full-access', 'restricted']);
    expect(body.value[0]!.spec.lastUsed).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(body.value[1]!.spec.permissions).toBeDefined();
    expect(text).not.toContain(token.split('.')[2]);
  });

  it('issues a token that works until it is revoked', async () => {
    const { call } = await openSandbox();
    const minted = await call('POST', '/api/v1/user/tokens', { ...request, description: 'mine' });
    expect(minted.status).toBe(201);
    const { id, JWT } = minted.body.metadata as { id: string; JWT: string };
    expect((await call('GET', '/api/v1/user/profile', undefined, bearer(JWT))).status).toBe(200);
    expect((await call('GET', `/api/v1/user/tokens/${id}`)).body.spec.description).toBe('mine');

    expect((await call('DELETE', `/api/v1/user/tokens/${id}`)).status).toBe(200);
    expect((await call('GET', '/api/v1/user/profile', undefined, bearer(JWT))).status).toBe(401);
    expect((await call('GET', `/api/v1/user/tokens/${id}`)).body.spec.revoked).toMatch(/Z$/);
  });

  it('refuses invalid token requests, like MK.IO', async () => {
    const { call } = await openSandbox();
    const mint = async (change: object) => await call('POST', '/api/v1/user/tokens', { ...request, ...change });
    expect((await mint({ type: 'eternal' })).body.error.extraDetail).toEqual({ field: 'type' });
    expect((await mint({ organizationId: '' })).body.error.extraDetail).toEqual({ field: 'organizationId' });
    expect((await mint({ expireDate: '2999-01-01T00:00:00Z' })).body.error.extraDetail).toEqual({
      field: 'expireDate',
    });
  });

  it('locks everybody out once all tokens are revoked', async () => {
    const { call } = await openSandbox();
    expect((await call('DELETE', '/api/v1/user/tokens')).status).toBe(200);
    expect((await call('GET', '/api/v1/user/tokens')).status).toBe(401);
  });

  it('leaves expired tokens out of the list', async () => {
    const { call, mintToken } = await openSandbox();
    await mintToken({ lifetimeSeconds: -1 });
    expect((await call('GET', '/api/v1/user/tokens')).body.value).toHaveLength(2);
  });

  it('does not know a token that was never issued', async () => {
    const { call } = await openSandbox();
    expect((await call('GET', '/api/v1/user/tokens/nope')).status).toBe(404);
    expect((await call('DELETE', '/api/v1/user/tokens/nope')).status).toBe(404);
  });
});

describe('a restricted token', () => {
  const PROJECT_ID = '5c6d7e8f-0000-4000-8000-000000000002';
  const ORGANIZATION_ID = '0a1b2c3d-0000-4000-8000-000000000001';
  const assetsIn = (projectId: string, ...verbs: string[]) => ({
    type: 'restricted' as const,
    permissions: { 'core.project': { [projectId]: { 'ams.asset': verbs } } },
  });

  it.each([
    ['GET', '/media/assets', 200],
    ['GET', '/media/assets/output-video/storage/', 200],
    ['GET', '', 200],
    ['PUT', '/media/assets/mine', 403],
    ['DELETE', '/media/assets/output-video', 403],
    ['POST', '/media/assets/output-video/listStreamingLocators', 403],
    ['GET', '/media/transforms/abr-720p/jobs', 403],
    ['POST', '/media/streamingEndpoints/default/start', 403],
    ['GET', '/webhook/rules', 403],
  ])('with read access to assets: %s %s is answered %d', async (method, path, status) => {
    const { call, mintToken, project } = await openSandbox();
    const { token } = await mintToken(assetsIn(PROJECT_ID, 'get'));
    const answer = await call(method, `/api/v1/projects/${project}${path}`, undefined, bearer(token));
    expect(answer.status).toBe(status);
  });

  it('is refused in every project except its own', async () => {
    const { call, mintToken, project } = await openSandbox();
    const { token } = await mintToken(assetsIn('elsewhere', 'get'));
    expect((await call('GET', `/api/v1/projects/${project}`, undefined, bearer(token))).status).toBe(403);
    expect((await call('GET', '/api/v1/user/profile', undefined, bearer(token))).status).toBe(200);
  });

  it('can read its own permissions', async () => {
    const { call, mintToken } = await openSandbox();
    const { token } = await mintToken(assetsIn(PROJECT_ID, 'get', 'update'));
    const { rbac } = (await call('GET', '/api/v1/user/rbac', undefined, bearer(token))).body;
    expect(rbac['core.project']).toEqual({ [PROJECT_ID]: { 'ams.asset': ['get', 'update'] } });
  });

  it('can have only permissions of its user', async () => {
    const { call } = await openSandbox();
    const mint = (projectId: string, ...verbs: string[]) =>
      call('POST', '/api/v1/user/tokens', { ...assetsIn(projectId, ...verbs), organizationId: ORGANIZATION_ID });
    expect((await mint(PROJECT_ID, 'get')).status).toBe(201);
    expect((await mint(PROJECT_ID, 'get', 'destroy')).status).toBe(403);
    expect((await mint('elsewhere', 'get')).status).toBe(403);
  });
});
