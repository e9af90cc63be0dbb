import { readFileSync } from 'node:fs';
import { URL } from 'node:url';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The table that test/architecture.test.ts holds the code to as well: who may import whom, which file owns a package, and
 * which decide without Fastify, I/O and clock.
 */
const { rooms, packageOwners, pure } = JSON.parse(
  readFileSync(new URL('test/architecture.json', import.meta.url), 'utf8'),
);
const features = Object.keys(rooms);
/** Code of the browser: there is no Node and no server in it. */
const BROWSER_ROOM = 'page';
const inSource = (file) => `src/${file}`;

const worlds = ['performance', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'globalThis', 'global'];
const WORLDLY_IMPORT = 'ImportDeclaration[importKind!="type"][source.value=/^(node:|fs$|http$|net$|fastify|undici$)/]';
const PURE = 'This file is pure: no Fastify, no I/O, no clock.';

const keep = (files, patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const wallsOf = (room) => {
  const up = room.replaceAll(/[^/]+/g, '..');
  const closed = features.filter((other) => other !== room && !rooms[room].includes(other));
  const outside = ['cli/*', 'index.ts', 'app.ts', 'admin-app.ts', 'server.ts'].map((file) => `${up}/${file}`);
  return [
    { group: closed.map((f) => `${up}/${f}/*`), allowTypeImports: true, message: `${room}/ sees types alone there.` },
    { group: outside, message: 'Nobody imports the outside.' },
    ...(room === BROWSER_ROOM
      ? [{ group: ['node:*', 'fastify', '../*.ts'], allowTypeImports: true, message: 'This runs in a browser.' }]
      : []),
  ];
};

const packagesClosedTo = (file) =>
  Object.entries(packageOwners)
    .filter(([, owner]) => owner !== file)
    .map(([name, owner]) => ({ group: [name], allowTypeImports: true, message: `Only src/${owner} imports ${name}.` }));

export default tseslint.config(
  { ignores: ['dist', 'bundle', 'coverage', 'node_modules'] },
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
    ignores: ['src/cli/**', 'src/ops/shutdown.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'process', message: 'process.* belongs to cli/.' }] },
  },
  {
    files: pure.map(inSource),
    rules: {
      'no-restricted-syntax': ['error', { selector: WORLDLY_IMPORT, message: PURE }],
      'no-restricted-globals': ['error', ...['process', 'Date', ...worlds].map((name) => ({ name, message: PURE }))],
    },
  },
  keep(['src/*.ts', 'src/cli/**'], packagesClosedTo('')),
  ...features.map((room) => keep([`src/${room}/**`], [...wallsOf(room), ...packagesClosedTo('')])),
  ...Object.values(packageOwners).map((file) =>
    keep([inSource(file)], [...wallsOf(file.split('/')[0]), ...packagesClosedTo(file)]),
  ),
  { files: ['test/**', 'bench/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['bench/**', '*.js'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
