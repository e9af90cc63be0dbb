/** The sandbox's tenant: one user, one organization, one project, one location. */

export const ORGANIZATION = { id: '0a1b2c3d-0000-4000-8000-000000000001', name: 'Example Media' };

export const USER = { id: '7f0c1d52-3a55-4a0e-9a0f-1c2d3e4f5a6b', name: 'Ada Example', email: 'ada@example.com' };

export const LOCATION = { id: '9e9e9e9e-0000-4000-8000-000000000003', name: 'uksouth-1', displayName: 'UK South' };

export const CLOUD = { name: 'azure', displayName: 'Azure' };

export const PROJECT = {
  id: '5c6d7e8f-0000-4000-8000-000000000002',
  name: 'demo-project',
  displayName: 'Demo',
  created: '2026-01-02T08:00:00Z',
};

/** How lists and media resources name the project they belong to. */
export const SUBSCRIPTION = { id: PROJECT.id, name: PROJECT.name };
