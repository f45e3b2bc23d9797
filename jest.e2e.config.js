import { default as unit } from './jest.config.js'

// Tests that build for real; script/test exports the test bed's environment to them.
const config = {
  ...unit,
  testMatch: ['<rootDir>/__tests__/e2e/**/*.e2e.ts'],
  testTimeout: 180_000,
}

export { config as default }
