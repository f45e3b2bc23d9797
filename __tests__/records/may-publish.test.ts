import { expect, test } from '@jest/globals'
import { mayPublish } from '../../src/records/may-publish.ts'

const after = (verdict: 'passed' | 'failed' | 'skipped') => ({ test: { verdict, logTail: [], ms: 1 } })

test.each([
  ['without a test', {}, true],
  ['that passed its test', after('passed'), true],
  ['that failed its test', after('failed'), false],
  ['whose test was not run', after('skipped'), false],
  ['that failed', { verdict: 'failed' as const }, false],
  ['that was canceled', { verdict: 'canceled' as const, ...after('passed') }, false],
  ['of a prefix', { kind: 'prefix' as const }, false],
])('an image %s may be published: %j %p', (_, changes, expected) => {
  expect(mayPublish({ kind: 'work-item', verdict: 'built', ...changes })).toBe(expected)
})
