import { describe, expect, test } from 'vitest';
import { findOperation } from '../../src/policy/catalogue.ts';
import { OPERATIONS } from '../../src/mkio/operations.ts';

const idOf = (method: string, path: string): string | undefined => findOperation(method, path)?.id;

describe('The catalogue', () => {
  test('has the 238 operations that MK.IO documents, each once', () => {
    expect(OPERATIONS).toHaveLength(238);
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(238);
    expect(new Set(OPERATIONS.map(({ method, template }) => `${method} ${template}`)).size).toBe(238);
    const count = (wanted: string) => OPERATIONS.filter(({ method }) => method === wanted).length;
    expect(['GET', 'DELETE', 'PUT', 'POST', 'PATCH'].map(count)).toEqual([119, 39, 31, 26, 23]);
  });

  test('has 96 media, 41 live, 12 template, 19 fleet, 10 infra and 60 management operations', () => {
    const counts = new Map<string, number>();
    for (const { family } of OPERATIONS) counts.set(family, (counts.get(family) ?? 0) + 1);
    expect([...counts]).toEqual([
      ['media', 96],
      ['live', 41],
      ['templates', 12],
      ['fleets', 19],
      ['infra', 10],
      ['management', 60],
    ]);
  });

  test('gives every operation an id that starts with its family, and a readable name', () => {
    for (const { id, name, family } of OPERATIONS) {
      expect(id).toMatch(/^[a-z]+(?:\.[a-zA-Z]+)+$/);
      expect(id.startsWith(`${family}.`)).toBe(true);
      expect(name).toMatch(/^[A-Z][A-Za-z' ]+(?: \(deprecated\))?$/);
    }
  });

  test('marks every GET and six POSTs as reads, and every DELETE as destructive', () => {
    const posts = OPERATIONS.filter(({ method, reads }) => method === 'POST' && reads);
    expect(posts.map(({ id }) => id)).toEqual([
      'media.assets.getFileAccessInfo',
      'media.assets.listStreamingLocators',
      'media.contentKeyPolicies.getPolicyPropertiesWithSecrets',
      'media.streamingLocators.listContentKeys',
      'media.streamingLocators.listPaths',
      'management.organization.reports.usage',
    ]);
    for (const { method, reads, destructive } of OPERATIONS) {
      if (method !== 'POST') expect(reads).toBe(method === 'GET');
      if (method === 'DELETE') expect(destructive).toBe(true);
      if (reads) expect(destructive).toBe(false);
    }
  });

  test('marks the operations that return secrets', () => {
    expect(OPERATIONS.filter(({ reads, returnsSecrets }) => reads && returnsSecrets).map(({ id }) => id)).toEqual([
      'media.assets.getFileAccessInfo',
      'media.assets.listStreamingLocators',
      'media.contentKeyPolicies.getPolicyPropertiesWithSecrets',
      'media.destinations.list',
      'media.destinations.get',
      'media.jobs.list',
      'media.transforms.jobs.list',
      'media.transforms.jobs.get',
      'media.liveEvents.list',
      'media.liveEvents.get',
      'media.sources.list',
      'media.sources.get',
      'media.storage.list',
      'media.storage.get',
      'media.storage.credentials.list',
      'media.storage.credentials.get',
      'media.streamingEndpoints.list',
      'media.streamingEndpoints.get',
      'media.streamingLocators.list',
      'media.streamingLocators.get',
      'media.streamingLocators.listContentKeys',
      'live.liveChannels.list',
      'live.liveChannels.get',
      'live.liveEvents.list',
      'live.liveEvents.get',
      'live.staticMultiviewChannels.list',
      'live.staticMultiviewChannels.get',
      'live.staticMultiviewEvents.list',
      'live.staticMultiviewEvents.get',
      'live.search',
      'templates.configs.list',
      'templates.configs.listByType',
      'templates.configs.get',
      'templates.configs.versions.list',
      'templates.configs.versions.get',
      'templates.presets.list',
      'templates.presets.listByType',
      'templates.presets.get',
      'fleets.backups.get',
      'fleets.backups.config.get',
      'fleets.devices.supportPackages.get',
      'management.projects.metricsEndpoint.get',
      'management.projects.webhook.rules.list',
      'management.projects.webhook.rules.get',
    ]);
    expect(OPERATIONS.find(({ id }) => id === 'management.user.tokens.create')?.returnsSecrets).toBe(true);
  });

  test('finds each operation by its own template', () => {
    for (const { id, method, template } of OPERATIONS) {
      expect(idOf(method, template.replace(/\{\w+\}/g, 'a%20name;x'))).toBe(id);
    }
  });

  test.each<[string, string, string | undefined]>([
    ['HEAD', '/api/v1/projects', 'management.projects.list'],
    ['GET', '/api/v1/projects/', 'management.projects.list'],
    ['GET', '/api/v1/projects/p/media/assets/a/storage', 'media.assets.storage.list'],
    ['GET', '/api/v1/projects//media/assets', undefined],
    ['GET', '/api/v1/Projects', undefined],
    ['OPTIONS', '/api/v1/projects', undefined],
    ['GET', `/api/v1${'/x'.repeat(5000)}`, undefined],
    ['GET', '', undefined],
    ['GET', '/', undefined],
  ])('maps %s %s to %s', (method, path, id) => {
    expect(idOf(method, path)).toBe(id);
  });
});
