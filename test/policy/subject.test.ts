import { expect, test } from 'vitest';
import { readSubject } from '../../src/policy/catalogue.ts';

const ASSETS = '/api/v1/projects/demo/media/assets';

test.each([
  ['GET', ASSETS, 'media.assets.list', 'List assets', 'demo'],
  ['GET', `${ASSETS}/`, 'media.assets.list', 'List assets', 'demo'],
  ['HEAD', `${ASSETS}/a`, 'media.assets.get', 'Read one asset', 'demo'],
  ['GET', '/api/v1/projects', 'management.projects.list', 'List projects', undefined],
  ['GET', '/api/v1/projects/demo/nothing/known', undefined, undefined, 'demo'],
  ['GET', '/api/ams/demo/assets', undefined, undefined, 'demo'],
  ['POST', '/elsewhere', undefined, undefined, undefined],
] as const)('%s %s is %s, %s, in project %s', (method, path, operation, operationName, project) => {
  expect(readSubject(method, path)).toEqual({ operation, operationName, project });
});
