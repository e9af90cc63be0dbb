import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { readAdminRoutes } from '../support/canary/admin.ts';
import { findExchange } from '../support/exchanges.ts';
import { call, startTestProxy } from '../support/proxy.ts';
import { readSession } from '../support/replay.ts';
import { startUpstream } from '../support/upstream.ts';

interface Media {
  readonly schema: object;
}
interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const start = async () => {
  const upstream = await startUpstream();
  const proxy = await startTestProxy({ ...upstream, admin: { host: '127.0.0.1', port: 0 } });
  const document = (await (await fetch(`${proxy.admin}/openapi.json`)).json()) as Document;
  return { proxy, document };
};

describe('/openapi.json', () => {
  test('declares the body of a replay as optional', async () => {
    const { document } = await start();
    const { requestBody } = document.paths['/exchanges/{id}/replay']?.post ?? {};
    expect(requestBody?.content).toHaveProperty('application/json');
    expect(requestBody?.required ?? false).toBe(false);
  });

  test('is a valid OpenAPI document', async () => {
    const { document } = await start();
    const { valid, errors } = await new Validator().validate({ ...document });
    expect([valid, errors]).toEqual([true, undefined]);
  });

  test('documents every route of the admin listener with summary, parameters and answers', async () => {
    const { document } = await start();
    const told = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace('{id}', ':id')}`),
    );
    expect(told.sort()).toEqual(
      // Files of the page are not part of the API.
      (await readAdminRoutes()).filter((route) => !/^GET \/(?:assets\/.*)?$/.test(route)).sort(),
    );
    expect(told).toContain('POST /exchanges/:id/replay');
    for (const operation of Object.values(document.paths).flatMap((operations) => Object.values(operations))) {
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['4XX', '5XX']));
      for (const { content } of Object.values(operation.responses)) {
        for (const { schema } of Object.values(content ?? {})) expect(schema).not.toEqual({});
      }
    }
    const parametersOf = (path: string, method: string) =>
      document.paths[path]?.[method]?.parameters?.map(({ name, in: place, required }) => [
        name,
        place,
        required === true,
      ]);
    expect(parametersOf('/exchanges/{id}/snippet', 'get')).toEqual([
      ['as', 'query', true],
      ['to', 'query', false],
      ['id', 'path', true],
    ]);
    expect(parametersOf('/exchanges', 'delete')).toEqual([['x-mkio-proxy-session', 'header', true]]);
    const edits = document.paths['/exchanges/{id}/replay']?.post?.requestBody?.content['application/json']?.schema;
    expect(edits).toMatchObject({
      additionalProperties: false,
      properties: { target: { pattern: expect.any(String) as string } },
    });
  });

  test('declares schemas that real answers match', async () => {
    const { proxy, document } = await start();
    await call(proxy, '/api/v1/projects/demo/media/assets/a', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"password":"x"}',
    });
    await call(proxy, '/elsewhere');
    const [{ id }, other] = [await findExchange(proxy), await findExchange(proxy, 1)];
    const session = { ...(await readSession(proxy)), 'content-type': 'application/json' };
    const asked: [method: string, path: string, real: string, init?: RequestInit][] = [
      ['get', '/openapi.json', '/openapi.json'],
      ['get', '/livez', '/livez'],
      ['get', '/readyz', '/readyz'],
      ['get', '/session', '/session'],
      ['get', '/exchanges', '/exchanges?limit=5'],
      ['get', '/exchanges', '/exchanges?limit=x'],
      ['get', '/exchanges/{id}', `/exchanges/${id}`],
      ['get', '/exchanges/{id}', `/exchanges/${other.id}`],
      ['get', '/exchanges/{id}', '/exchanges/nothing'],
      ['get', '/exchanges/{id}/body/request', `/exchanges/${id}/body/request`],
      ['get', '/exchanges/{id}/body/response', `/exchanges/${id}/body/response`],
      ['get', '/exchanges/{id}/snippet', `/exchanges/${id}/snippet?as=curl`],
      ['get', '/exchanges/{id}/snippet', `/exchanges/${id}/snippet`],
      ['get', '/export.har', '/export.har'],
      ['post', '/exchanges/{id}/replay', `/exchanges/${id}/replay`, { headers: session, body: '{"body":"{}"}' }],
      ['post', '/exchanges/{id}/replay', `/exchanges/${id}/replay`, { headers: session }],
      ['post', '/exchanges/{id}/replay', `/exchanges/${id}/replay`],
      ['post', '/token/reload', '/token/reload'],
      ['delete', '/exchanges', '/exchanges', { headers: session }],
    ];
    for (const [method, path, real, init] of asked) {
      const answer = await fetch(`${proxy.admin}${real}`, { method, ...init });
      const problems = await compare(document.paths[path]?.[method], answer);
      expect([method, real, answer.status, problems]).toEqual([method, real, answer.status, null]);
    }
  });
});

/** Schema errors of an answer; null if it matches. */
async function compare(operation: Operation | undefined, answer: Response): Promise<unknown> {
  const { status, headers } = answer;
  const declared = operation?.responses[status] ?? operation?.responses[`${String(status)[0]}XX`];
  if (declared === undefined) return `${status} is not declared`;
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  const body = await answer.text();
  if (status === 204) return declared.content === undefined && body === '' ? null : 'a body is declared or there';
  const media = declared.content?.[type];
  if (media === undefined) return `${type} is not declared`;
  const ajv = new Ajv2020({ strict: false });
  const matches = ajv.validate(media.schema, type === 'application/json' ? (JSON.parse(body) as unknown) : body);
  return matches ? null : ajv.errors;
}
