import { describe, expect, it } from 'vitest';
import { openSandbox } from '../support/sandbox.ts';

const ORGANIZATION = '0a1b2c3d-0000-4000-8000-000000000001';

describe('the user', () => {
  it('has a profile in an organization that can be read', async () => {
    const { call } = await openSandbox();
    const profile = await call('GET', '/api/v1/user/profile');
    expect(profile.body.spec).toMatchObject({ loginEmail: 'ada@example.com', isActive: true, features: {} });
    const organization = await call('GET', `/api/v1/user/organizations/${profile.body.spec.activeOrganizationId}`);
    expect(organization.body).toEqual({
      kind: 'organization',
      metadata: { id: ORGANIZATION, name: 'Example Media' },
      spec: {},
    });
    expect((await call('GET', '/api/v1/user/organizations')).body.value).toEqual([organization.body]);
    expect((await call('GET', '/api/v1/user/organizations/other')).status).toBe(404);
  });

  it('sees its capabilities keyed by organization and project id', async () => {
    const { call } = await openSandbox();
    const { rbac } = (await call('GET', '/api/v1/user/rbac')).body;
    expect(Object.keys(rbac)).toEqual(['core.customer', 'core.project']);
    expect(Object.keys(rbac['core.customer'])).toEqual([ORGANIZATION]);
  });
});

describe('projects and locations', () => {
  it('lists the one project and reads it', async () => {
    const { call, project } = await openSandbox();
    const { body } = await call('GET', '/api/v1/projects');
    expect(body.supplemental).toEqual({
      kind: 'Project',
      count: 1,
      operation: 'list',
      pagination: { start: 0, end: 1, records: 1, total: 1 },
    });
    expect((await call('GET', `/api/v1/projects/${project}`)).body).toEqual(body.value[0]);
  });

  it("has the project's location", async () => {
    const { call, project } = await openSandbox();
    const { locationName } = (await call('GET', `/api/v1/projects/${project}`)).body.spec;
    expect((await call('GET', '/api/v1/locations')).body.value).toHaveLength(1);
    expect((await call('GET', `/api/v1/locations/${locationName}`)).body.metadata.name).toBe(locationName);
    expect((await call('GET', '/api/v1/locations/atlantis')).status).toBe(404);
  });
});

describe('webhook rules', () => {
  const rules = '/api/v1/projects/demo-project/webhook/rules';
  const rule = {
    spec: {
      url: 'https://hooks.example.com/x',
      events: ['MediaKind.JobFinished'],
      authentication: { headers: { a: 's3cret' } },
    },
  };

  it('are listed with only their values', async () => {
    const { call } = await openSandbox();
    const { body } = await call('GET', rules);
    expect(Object.keys(body)).toEqual(['value']);
    expect(body.value[0]!.metadata.name).toBe('jobs');
  });

  it('are created with 201, replaced with 200, deleted with 200 and then 204', async () => {
    const { call } = await openSandbox();
    const statuses = [];
    for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE', 'GET']) {
      statuses.push((await call(method, `${rules}/mine`, method === 'PUT' ? rule : undefined)).status);
    }
    expect(statuses).toEqual([201, 200, 200, 204, 404]);
  });

  it('never return authentication values', async () => {
    const { call } = await openSandbox();
    const put = await call('PUT', `${rules}/mine`, rule);
    const got = await call('GET', `${rules}/mine`);
    const listed = await call('GET', rules);
    expect(got.body.spec.authentication).toEqual({ headers: { a: '********' } });
    for (const { text } of [put, got, listed]) expect(text).not.toContain('s3cret');
  });

  it('have a delivery history in the shape of a full list', async () => {
    const { call } = await openSandbox();
    expect((await call('GET', `${rules}/jobs/events`)).body).toMatchObject({ value: [], supplemental: { count: 0 } });
    expect((await call('GET', `${rules}/nope/events`)).status).toBe(404);
  });
});
