import { expect, test } from '@jest/globals'
import type { RetentionRule } from '../../src/factory/factory.ts'
import { DEFAULT_RETENTION } from '../../src/factory/retention.ts'
import { keepGlobOf, numbersFor, overrideRetention } from '../../src/retention/policy.ts'

const SUBJECT = { platform: 'linux/arm64', branch: 'release/1.2' }
const only = (...any: readonly string[]) => ({ any, not: [] })

test.each<readonly [string, readonly RetentionRule[], string | undefined, object]>([
  ['no rule', [], undefined, { keepLast: 3 }],
  ['a rule without selectors', [{ keepLast: 5 }], undefined, { keepLast: 5 }],
  [
    'each number from the last rule that gives it',
    [{ keepLast: 5, expireAfter: 7 }, { keepLast: 2 }],
    undefined,
    { keepLast: 2, expireAfter: 7 },
  ],
  ['a rule for layers is not about the whole', [{ layers: only('*'), keepLast: 5 }], undefined, { keepLast: 3 }],
  ['a rule for layers is about a layer', [{ layers: only('ap*'), keepLast: 5 }], 'app', { keepLast: 5 }],
  ['a branch glob spans slashes', [{ branches: only('release*'), keepLast: 5 }], undefined, { keepLast: 5 }],
  [
    'all selectors have to match',
    [{ branches: only('release*'), platforms: only('linux/amd64'), keepLast: 5 }],
    undefined,
    { keepLast: 3 },
  ],
])('%s', (_, rules, layer, numbers) => {
  const subject = { ...SUBJECT, ...(layer === undefined ? {} : { layer }) }
  expect(numbersFor({ ...DEFAULT_RETENTION, rules }, subject)).toEqual(numbers)
})

test('inputs come before the factory file, and add their globs', () => {
  const settings = { ...DEFAULT_RETENTION, keep: ['a'], keepLast: 9 }
  expect(overrideRetention(settings, { keepLast: 1, keep: ['b*'] })).toEqual({
    ...settings,
    keepLast: 1,
    keep: ['a', 'b*'],
  })
  expect(overrideRetention(settings, {})).toEqual(settings)
  expect(keepGlobOf(overrideRetention(settings, { keep: ['b*'] }), ['x', 'branch'])).toBe('b*')
})
