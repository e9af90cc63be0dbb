import { describe, expect, test } from 'vitest';
import { planPermissions } from '../../../src/cli/check/permissions.ts';
import { renderRights, resolveRights } from '../../../src/cli/check/rights.ts';
import { loadFlags } from '../../../src/config/load.ts';
import type { Flags } from '../../../src/config/layers.ts';

const rbac = {
  'core.customer': { org: { 'core.customer': ['get', 'update'], 'core.location': ['get'] } },
  'core.project': {
    one: { 'ams.asset': ['create', 'get'], 'ams.job': ['delete'], 'fleet.device': ['get', 'update'] },
    two: { 'ams.asset': ['get'], 'webhooks.config': ['get', 'delete'] },
  },
};

const plan = (flags: Flags, projectId?: string) =>
  planPermissions(resolveRights({ rbac }, 'rbac'), loadFlags(flags).config, projectId);

describe('The permissions of a restricted token', () => {
  test('are the rights that callers can use in the given project', () => {
    expect(plan({}, 'one')).toEqual({
      'core.customer': { org: { 'core.customer': ['get'], 'core.location': ['get'] } },
      'core.project': { one: rbac['core.project'].one },
    });
  });

  test('only allow reading if callers may only read', () => {
    expect(plan({ policy: 'read-only' }, 'one')).toMatchObject({
      'core.project': { one: { 'ams.asset': ['get'], 'fleet.device': ['get'] } },
    });
    expect(plan({ policy: 'read-only' }, 'one')?.['core.project']?.one).not.toHaveProperty(['ams.job']);
  });

  test('include only the families that callers may use', () => {
    expect(plan({ policy: 'media' }, 'one')).toEqual({
      'core.project': { one: { 'ams.asset': ['create', 'get'], 'ams.job': ['delete'] } },
    });
    expect(plan({ policy: 'read-only,fleets' })).toEqual({ 'core.project': { one: { 'fleet.device': ['get'] } } });
  });

  test('omit the organization if callers are confined to projects', () => {
    expect(plan({ projects: 'mine', project: 'mine' }, 'two')).toEqual({
      'core.project': { two: rbac['core.project'].two },
    });
  });

  test('are all rights if everything is open', () => {
    expect(plan({ policy: 'open' })).toEqual(rbac);
  });

  test('are empty if callers can use nothing', () => {
    expect(plan({ policy: 'infra' })).toBeUndefined();
    expect(plan({}, 'unknown')).toMatchObject({ 'core.customer': {} });
  });
});

describe('Rights in untrusted JSON', () => {
  test('are validated word by word, and other values are dropped', () => {
    const odd = {
      'core.project': { p: { 'ams.asset': ['get', 7, "'; rm"], '$(x)': ['get'], 'ams.job': 'get' }, "';": {}, q: 3 },
      'core.customer': null,
    };
    expect(resolveRights({ rbac: odd }, 'rbac')).toEqual({
      organizations: {},
      projects: { p: { 'ams.asset': ['get'], 'ams.job': [] }, q: {} },
    });
    expect(renderRights({ 'ams.asset': ['get', 'update'], 'ams.job': ['get'] })).toBe(
      'ams.asset get update, ams.job get',
    );
  });
});
