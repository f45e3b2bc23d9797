import { expect } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Compares with `__tests__/fixtures/report/<name>`, a file that reviewers read as users will see it. `UPDATE_GOLDEN=1`
 * writes it anew.
 */
export const expectGolden = (text: string, name: string): void => {
  const path = fileURLToPath(new URL(`../fixtures/report/${name}`, import.meta.url))
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
  expect(text).toBe(readFileSync(path, 'utf8'))
}
