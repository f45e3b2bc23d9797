import { default as e2e } from './jest.e2e.config.js'

// Tests that take too long for every push: many rounds of what the end-to-end tests do a few times.
const config = {
  ...e2e,
  testMatch: ['<rootDir>/__tests__/soak/**/*.soak.ts'],
  testTimeout: 3_600_000,
}

export { config as default }
