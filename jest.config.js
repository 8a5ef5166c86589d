const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@newsmill/source', 'node'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { configFile: `${import.meta.dirname}/.swcrc`, swcrc: false }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/', '/.nx/', '/.newsmill/'],
};

/**
 * Two projects, the fast one first: `unit` needs nothing but Node; `integration` (test/ and every
 * *.integration.spec.ts) starts real PostgreSQL and, where it can, real Kafka.
 */
export default {
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs}/*/src/**/*.spec.ts', '<rootDir>/test/*.spec.ts'],
      testPathIgnorePatterns: ['\\.integration\\.spec\\.ts$'],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/{apps,libs,test}/**/*.integration.spec.ts'],
      globalSetup: `${import.meta.dirname}/test/support/global-setup.ts`,
      globalTeardown: `${import.meta.dirname}/test/support/global-teardown.ts`,
    },
  ],
};
