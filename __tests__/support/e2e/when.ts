import { describe } from '@jest/globals'

/** `describe` where nothing is missing; else its tests are skipped, and the title says why. */
export const describeUnless = (missing: string | undefined, title: string, tests: () => void): void => {
  if (missing === undefined) describe(title, tests)
  else describe.skip(`${title} (skipped: ${missing})`, tests)
}
