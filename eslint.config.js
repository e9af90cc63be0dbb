import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Who may import whom: a feature folder sees errors, types and what is listed here, nothing else. */
const rooms = {
  config: [],
  token: [],
  policy: [],
  traffic: [],
  forward: ['policy'],
  admin: ['policy', 'traffic'],
  ops: ['policy'],
  sandbox: [],
};
const features = Object.keys(rooms);

const inPolicy = (file) => `policy/${file}`;
/** Decisions are functions over values: no Fastify, no I/O, no clock. */
const pure = [
  ...['loopback', 'token/jwt', 'config/options', 'config/policy', 'config/render'],
  ...['access', 'catalogue', 'cors', 'families', 'guarded', 'levels', 'loosenings', 'methods', 'operations'].map(
    inPolicy,
  ),
  ...['patterns', 'policy-file', 'projects', 'readings', 'refusal', 'rules', 'suggestion', 'target'].map(inPolicy),
  ...['forward/headers', 'forward/failures', 'forward/links'],
  ...['redact', 'secret-names', 'shapes', 'spelling-search', 'spellings'].map((file) => `traffic/${file}`),
].map((file) => `src/${file}.ts`);
const worlds = ['performance', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'globalThis', 'global'];
const WORLDLY_IMPORT = 'ImportDeclaration[importKind!="type"][source.value=/^(node:|fs$|http$|net$|fastify|undici$)/]';
const PURE = 'This file is pure: no Fastify, no I/O, no clock.';

const keep = (files, patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const wallsOf = (room) => {
  const closed = features.filter((other) => other !== room && !rooms[room].includes(other));
  return [
    { group: closed.map((f) => `../${f}/*`), allowTypeImports: true, message: `${room}/ sees types alone there.` },
    { group: ['../cli/*', '../index.ts', '../app.ts', '../server.ts'], message: 'Nobody imports the outside.' },
  ];
};

const packageOwners = {
  '@fastify/http-proxy': 'src/forward/plugin.ts',
  undici: 'src/forward/dispatcher.ts',
  dotenv: 'src/config/load.ts',
};
const packagesClosedTo = (file) =>
  Object.entries(packageOwners)
    .filter(([, owner]) => owner !== file)
    .map(([name, owner]) => ({ group: [name], allowTypeImports: true, message: `Only ${owner} imports ${name}.` }));

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
    ignores: ['src/cli/**', 'src/ops/shutdown.ts'],
    rules: { 'no-restricted-globals': ['error', { name: 'process', message: 'process.* belongs to cli/.' }] },
  },
  {
    files: pure,
    rules: {
      'no-restricted-syntax': ['error', { selector: WORLDLY_IMPORT, message: PURE }],
      'no-restricted-globals': ['error', ...['process', 'Date', ...worlds].map((name) => ({ name, message: PURE }))],
    },
  },
  keep(['src/*.ts', 'src/cli/**'], packagesClosedTo('')),
  ...features.map((room) => keep([`src/${room}/**`], [...wallsOf(room), ...packagesClosedTo('')])),
  ...Object.values(packageOwners).map((file) =>
    keep([file], [...wallsOf(file.split('/')[1]), ...packagesClosedTo(file)]),
  ),
  { files: ['test/**', 'bench/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['bench/**', '*.js'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
