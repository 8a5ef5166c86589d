import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { confinedPackages, mayImport, pureLibraries } from './test/architecture/boundaries.ts';

// The boundary rule reads Nx's cached project graph, and skips itself where there is none yet, as in a fresh clone.
await createProjectGraphAsync({ exitOnError: false });

const projects = ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'];
const tests = ['test/**/*.ts', '**/*.spec.ts', '**/*.conformance.ts', 'libs/*/src/conformance/**/*.ts'];

/** Faults of plain JavaScript that neither the compiler nor the type-aware rules tell. */
const javascript = [
  'no-async-promise-executor',
  'no-constant-binary-expression',
  'no-constant-condition',
  'no-control-regex',
  'no-debugger',
  'no-duplicate-case',
  'no-empty',
  'no-empty-character-class',
  'no-irregular-whitespace',
  'no-misleading-character-class',
  'no-self-assign',
  'no-unsafe-finally',
  'no-unsafe-optional-chaining',
  'no-useless-backreference',
  'no-useless-catch',
  'no-useless-escape',
  'preserve-caught-error',
];

const environment = 'Settings are read in *.config.ts alone; take the value as a parameter.';

const plainEnvironment = ['process', 'node:process'].map((name) => ({
  name,
  importNames: ['env'],
  message: 'Write process.env, so that every reader of the environment is found by that name.',
}));

const ownIndex = {
  regex: String.raw`^\.{1,2}(/\.\.)*/index(\.[jt]s)?$`,
  message: 'index.ts is the face for other packages; inside the project import the file itself.',
};

/** Keeps packages out, whether imported statically, late or by require. */
function keepOut(packages, ...more) {
  return {
    'no-restricted-imports': [
      'error',
      {
        paths: plainEnvironment,
        patterns: [...more, ...packages.map(({ specifier, reason }) => ({ regex: specifier.source, message: reason }))],
      },
    ],
    'no-restricted-syntax': [
      'error',
      ...packages.flatMap(({ specifier, reason }) =>
        ['ImportExpression', 'CallExpression[callee.name="require"]'].map((call) => ({
          // A slash would end the pattern of a selector.
          selector: `${call} > Literal[value=/${specifier.source.replaceAll(String.raw`\/`, String.raw`\u002f`)}/]`,
          message: reason,
        })),
      ),
    ],
  };
}

/** One block a home of a confined package, inner folders last: what is at home in neither stays out. */
const homes = [...new Set(confinedPackages.flatMap((confined) => confined.homes))]
  .sort((a, b) => a.length - b.length)
  .map((home) => ({
    files: [home.endsWith('/') ? `${home}**/*.ts` : home],
    rules: keepOut(
      confinedPackages.filter((confined) => !confined.homes.some((around) => home.startsWith(around))),
      ownIndex,
    ),
  }));

function boundaries({ allow }) {
  const depConstraints = Object.entries(mayImport).map(([layer, others]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: others.map((other) => `layer:${other}`),
  }));
  // Lazy loading is a matter of browser bundles: a command may import late what another one imports early.
  return ['error', { depConstraints, allow, checkDynamicDependenciesExceptions: ['.*'] }];
}

export default defineConfig(
  { ignores: ['**/dist/', '**/.nx/', '**/.newsmill/', '**/coverage/', '**/schemas/', 'deploy/local-kafka/target/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,ts}'],
    rules: { ...Object.fromEntries(javascript.map((rule) => [rule, 'error'])), eqeqeq: ['error', 'smart'] },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...keepOut([]),
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: environment }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // noUncheckedIndexedAccess asks for a word on what an index or a match is known to hold: this is that word.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `async` without `await` makes a throw a rejection, which is what a port that promises must do.
      '@typescript-eslint/require-await': 'off',
      // A callback may be written either way: `() => void | Promise<void>`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Objects of functions are declared with method signatures, and taken apart where they are used.
      '@typescript-eslint/unbound-method': 'off',
      // What a signal or a flag says may change during an await, which the compiler does not follow. See the pure libraries.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Signatures of Nest's abstract classes are not ours to simplify.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Rows are plain objects of an entity's shape; TypeORM makes the instances.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: projects,
    plugins: { '@nx': nx },
    rules: { '@nx/enforce-module-boundaries': boundaries({ allow: [] }), ...keepOut(confinedPackages, ownIndex) },
  },
  homes,
  { files: ['**/*.config.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: tests,
    rules: {
      ...keepOut([]),
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: pureLibraries.map((library) => `libs/${library}/src/**/*.ts`),
    ignores: tests,
    rules: { '@typescript-eslint/no-unnecessary-condition': 'error' },
  },
  {
    files: projects.map((glob) => glob.replace('*.ts', '*.spec.ts')),
    rules: { '@nx/enforce-module-boundaries': boundaries({ allow: [String.raw`^(\.\./)+test/support/`] }) },
  },
  prettier,
);
