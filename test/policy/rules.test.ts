import { describe, expect, test } from 'vitest';
import { refuseTokenOperations } from '../../src/policy/rules.ts';

const allowed: [string, string][] = [
  ['GET', '/api/v1/user/tokens'],
  ['HEAD', '/api/v1/user/tokens'],
  ['OPTIONS', '/api/v1/user/tokens'],
  ['GET', '/api/v1/organization/tokens'],
  ['POST', '/api/v1/user/tokensx'],
  ['POST', '/api/v1/user/profile'],
  ['PUT', '/api/v1/projects/user/media/assets/tokens'],
  ['DELETE', '/api/v1/projects/p/user/tokens'],
];
const refused: [string, string][] = [
  ['POST', '/api/v1/user/tokens'],
  ['POST', '/api/v1/user/tokens/'],
  ['PUT', '/api/v1/user/tokens/x'],
  ['PATCH', '/api/v1/user/tokens/x'],
  ['DELETE', '/api/v1/user/tokens'],
  ['DELETE', '/api/v1/user/tokens/x'],
  ['DELETE', '/api/v1/organization/tokens/x'],
];

const at = (path: string) => ({ authority: 'localhost', path, query: '' });

describe('token operations', () => {
  test.each(allowed)('%s %s passes', (method, path) => {
    expect(() => refuseTokenOperations(method, at(path))).not.toThrow();
  });

  test.each(refused)('%s %s is refused', (method, path) => {
    expect(() => refuseTokenOperations(method, at(path))).toThrow(
      expect.objectContaining({ code: 'OPERATION_REFUSED' }),
    );
  });
});
