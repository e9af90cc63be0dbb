import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { openSandbox } from '../support/sandbox.ts';

const assets = '/api/v1/projects/demo-project/media/assets';

describe('errors', () => {
  it('are 404 for unknown paths, projects and items', async () => {
    const { call } = await openSandbox();
    for (const [path, detail] of [
      ['/api/v1/nothing', "Path '/api/v1/nothing' was not found."],
      ['/api/v1/projects/other/media/assets', "Project 'other' was not found."],
      [`${assets}/nonexistent`, "Asset 'nonexistent' was not found."],
    ] as const) {
      const { status, body } = await call('GET', path);
      expect(status).toBe(404);
      expect(body).toEqual({
        error: { code: 'NotFound', detail, extraDetail: {} },
        status: 404,
        ref: expect.any(String) as string,
      });
    }
  });

  it('are 405 with the allowed methods if only the method is wrong', async () => {
    const { call } = await openSandbox();
    for (const [method, path, allow] of [
      ['POST', assets, 'GET, HEAD'],
      ['DELETE', '/api/v1/user/profile', 'GET, HEAD'],
      ['GET', '/api/v1/projects/demo-project/fleet/uploadBackup', 'POST'],
      ['POST', `${assets}/x`, 'GET, HEAD, PUT, DELETE, PATCH'],
    ] as const) {
      const { status, body, headers } = await call(method, path);
      expect([status, body.error.code, headers.get('allow')]).toEqual([405, 'MethodNotAllowed', allow]);
    }
  });

  it('are 401 without a token, before any other check', async () => {
    const { call } = await openSandbox();
    for (const path of ['/', '/api/v1/nothing', '/api/v1/projects/other', assets]) {
      expect((await call('PATCH', path, undefined, { authorization: '' })).status).toBe(401);
    }
  });

  it('are 400 for invalid JSON, a body that is not an object, or an invalid URL', async () => {
    const { call } = await openSandbox();
    for (const body of ['{', '[]', '5', undefined]) {
      const answer = await call('PUT', `${assets}/x`, body);
      expect([answer.status, answer.body.error.code]).toEqual([400, 'BadRequest']);
    }
    expect((await call('GET', '/api/v1/%zz')).body).toMatchObject({ error: { code: 'BadRequest' }, status: 400 });
  });

  it('name the missing field', async () => {
    const { call } = await openSandbox();
    const { body } = await call('PUT', `${assets}/x`, { properties: {} });
    expect(body.error).toEqual({
      code: 'BadRequest',
      detail: 'properties.storageAccountName is required.',
      extraDetail: { field: 'properties.storageAccountName' },
    });
  });
});

describe('the rate limit', () => {
  it('answers 429 with Retry-After over the limit', async () => {
    const { call } = await openSandbox({ rateLimit: { afterRequests: 2, retryAfterSeconds: 7 } });
    expect((await call('GET', '/api/v1/projects')).status).toBe(200);
    expect((await call('GET', '/api/v1/projects')).status).toBe(200);
    const { status, body, headers } = await call('GET', '/api/v1/projects');
    expect([status, body.error.code, headers.get('retry-after')]).toEqual([429, 'TooManyRequests', '7']);
  });

  it('sends no Retry-After if none is set, and can be changed at runtime', async () => {
    const { call, setRateLimit } = await openSandbox();
    setRateLimit({ afterRequests: 0 });
    const { status, headers } = await call('GET', '/api/v1/projects');
    expect([status, headers.get('retry-after')]).toEqual([429, null]);
    expect((await call('GET', '/api/ready')).status).toBe(200);
    setRateLimit('off');
    expect((await call('GET', '/api/v1/projects')).status).toBe(200);
  });
});

describe('bulk data', () => {
  const fleet = '/api/v1/projects/demo-project/fleet';

  it('is counted and hashed as it is uploaded', async () => {
    const { origin, token } = await openSandbox();
    const part = Buffer.alloc(64 * 1024, 'mkio');
    const hash = createHash('sha256');
    const body = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < 80; sent++) {
          hash.update(part);
          controller.enqueue(part);
        }
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
    const answer = await fetch(`${origin}${fleet}/uploadBackup`, { method: 'POST', headers, body, duplex: 'half' });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      metadata: { id: expect.any(String) as string },
      spec: { size: 5 * 1024 * 1024, sha256: hash.digest('hex') },
    });
  });

  it('may be empty and without a Content-Type', async () => {
    const { call } = await openSandbox();
    const { status, body } = await call('POST', `${fleet}/uploadBackup`);
    expect([status, body.spec.size]).toEqual([201, 0]);
  });

  it('is downloaded in the requested length, with n mod 251 as byte n', async () => {
    const { origin, token } = await openSandbox();
    const download = async (query: string) =>
      await fetch(`${origin}${fleet}/backups/b1/config${query}`, { headers: { authorization: `Bearer ${token}` } });
    const answer = await download('?size=1000003');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-length')).toBe('1000003');
    expect(bytes.equals(Buffer.from(Array.from({ length: 1000003 }, (_, n) => n % 251)))).toBe(true);
    expect((await (await download('')).arrayBuffer()).byteLength).toBe(1024 * 1024);
    expect((await (await download('?size=0')).arrayBuffer()).byteLength).toBe(0);
    expect((await download('?size=much')).status).toBe(400);
  });
});

describe('the server', () => {
  it('remembers the last thousand requests unchanged', async () => {
    const { call, origin, requests } = await openSandbox();
    const path = `${assets}?$filter=name%20eq%20'x'&%24top=1`;
    await statusOf(http.get(origin, { path, headers: { 'X-Probe': 'yes' } }));
    expect(requests.at(-1)).toMatchObject({ method: 'GET', url: path, headers: { 'x-probe': 'yes' } });
    expect(requests.at(-1)?.rawHeaders).toContain('X-Probe');
    for (let batch = 0; batch < 11; batch++) {
      await Promise.all(Array.from({ length: 100 }, async () => await call('GET', '/api/ready')));
    }
    expect(requests).toHaveLength(1000);
  });

  it('delays answers as configured', async () => {
    const { call } = await openSandbox({ latencyMs: 60 });
    const start = performance.now();
    await call('GET', '/api/ready');
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  it('speaks TLS with the given certificate', async () => {
    const authority = await createAuthority();
    const { origin, token } = await openSandbox({ tls: await authority.issue({ names: ['127.0.0.1'] }) });
    expect(origin).toMatch(/^https:/);
    const headers = { authorization: `Bearer ${token}` };
    const status = await statusOf(https.get(`${origin}/api/v1/projects`, { ca: authority.cert, headers }));
    expect(status).toBe(200);
  });

  it('starts from the same data every time', async () => {
    const [one, other] = [await openSandbox(), await openSandbox()];
    await one.media('DELETE', '/assets/output-video');
    expect((await one.media('GET', '/assets/output-video')).status).toBe(404);
    expect((await other.media('GET', '/assets/output-video')).status).toBe(200);
    expect(
      (await other.call('GET', '/api/v1/projects', undefined, { authorization: `Bearer ${one.token}` })).status,
    ).toBe(401);
  });

  it('closes at once, even during an answer', async () => {
    const { origin, token, close } = await openSandbox();
    const url = `${origin}/api/v1/projects/demo-project/fleet/backups/b1/config?size=1000000000000`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const start = performance.now();
    await close();
    expect(performance.now() - start).toBeLessThan(2_000);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });
});

async function statusOf(request: http.ClientRequest): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
  });
}
