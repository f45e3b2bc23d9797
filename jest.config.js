// Node 24 strips the erasable types of the sources itself, so nothing is transformed.
const config = {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  // Jest leaves one core idle, which on a runner of two is half of it.
  maxWorkers: '100%',
}

export { config as default }
