import { readFileSync } from 'node:fs';
import { URL } from 'node:url';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// test/architecture.test.ts reads the same table and checks the same rules without the linter.
const { arrows, packageOwners, pure } = JSON.parse(
  readFileSync(new URL('test/architecture.json', import.meta.url), 'utf8'),
);
const rooms = Object.keys(arrows);
const inSource = (entry) => `src/${entry}${entry.endsWith('/') ? '**' : ''}`;
const isFile = (room) => room.endsWith('.ts');

const worlds = ['performance', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'globalThis', 'global'];
const WORLDLY_IMPORT = 'ImportDeclaration[importKind!="type"][source.value=/^(node:|fs$|http$|net$|fastify|undici$)/]';
const PURE = 'This file is pure: no Fastify, no I/O, no clock.';

const keep = (files, patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

/** Types count as well: a room that names a type of another one depends on it. */
const wallsOf = (room) => {
  const closed = rooms.filter((other) => other !== room && !arrows[room].includes(other));
  const group = closed.map((other) => `**/${other}${isFile(other) ? '' : '/**'}`);
  const walls = [{ group, message: `test/architecture.json has no such arrow from ${room}.` }];
  const node = { group: ['node:*', 'fastify'], allowTypeImports: true, message: 'The page runs in a browser.' };
  return room === 'page' ? [...walls, node] : walls;
};

const packagesClosedTo = (file) =>
  Object.entries(packageOwners)
    .filter(([, owner]) => owner !== file)
    .map(([name, owner]) => ({ group: [name], allowTypeImports: true, message: `Only src/${owner} imports ${name}.` }));

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.js'] } } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/cli/**'],
    rules: { 'no-restricted-globals': ['error', { name: 'process', message: 'process.* belongs to cli/.' }] },
  },
  {
    files: pure.map(inSource),
    rules: {
      'no-restricted-syntax': ['error', { selector: WORLDLY_IMPORT, message: PURE }],
      'no-restricted-globals': ['error', ...['process', 'Date', ...worlds].map((name) => ({ name, message: PURE }))],
    },
  },
  ...rooms.map((room) =>
    keep([`src/${room}${isFile(room) ? '' : '/**'}`], [...wallsOf(room), ...packagesClosedTo('')]),
  ),
  ...Object.values(packageOwners).map((file) =>
    keep([inSource(file)], [...wallsOf(file.split('/')[0]), ...packagesClosedTo(file)]),
  ),
  { files: ['test/**', 'bench/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['bench/**', '*.js'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
