import type { Config } from 'jest';

// The runner. End-to-end tests drive the embedded host as a child process, because jest's module system
// does not see Node's module hooks; everything else runs in process.
const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/tests/support/emulator-setup.ts',
  globalTeardown: '<rootDir>/tests/support/emulator-teardown.ts',
  restoreMocks: true,
  // Only ends a test that hangs: a busy machine may take its time.
  testTimeout: 300_000,
  maxWorkers: 2,
  // Modules of a test file are never given back, and counting lines looks at all of them: late files took three times
  // as long as alone.
  workerIdleMemoryLimit: '250MB',
  coverageProvider: 'v8',
  collectCoverageFrom: [
    ...['functions/**/*.ts', 'shared/**/*.ts', 'local/**/*.ts'],
    // AssemblyScript, and what it is compiled to.
    ...['!**/assembly/**', '!**/*-wasm.ts'],
  ],
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
  coverageThreshold: {
    global: { lines: 85, branches: 85, functions: 85 },
    './shared/domain/': { lines: 100, branches: 100, functions: 100 },
    './shared/kpis/twin/': { lines: 100, branches: 100, functions: 100 },
  },
};

export default config;
