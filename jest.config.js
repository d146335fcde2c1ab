// The numbers that tests hold trainings against are the CPU's, also where the default device would be a card.
process.env.CUDA_VISIBLE_DEVICES ??= '';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  // Node wants the extension of a module that is imported when it is needed; here its source has another.
  moduleNameMapper: { '^(\\./.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/lib/'],
  // A hang's end, no bound on speed: on busy or slow cores a training takes minutes.
  testTimeout: 300_000,
};
