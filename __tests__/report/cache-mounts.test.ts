import { describe, expect, test } from '@jest/globals'
import { mountGain, renderMountVerdict } from '../../src/report/cache-mounts.ts'
import type { CacheMountResult } from '../../src/report/results.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { sampleResults } from './samples.ts'

const mountOf = (changes: Partial<CacheMountResult> = {}): CacheMountResult => ({
  ...{ mount: 'apt', layers: ['core'], kept: 'unchanged', stepMs: 10_000 },
  ...changes,
})

describe('what filled mounts save', () => {
  test('is what steps took with empty ones, once for mounts of the same steps', () => {
    const steps = ['sha256:b', 'sha256:a']
    const mount = mountOf({ emptyMs: 60_000 })
    expect(
      mountGain([
        { steps, mount },
        { steps: steps.toReversed(), mount },
      ]),
    ).toBe(50_000)
    expect(
      mountGain([
        { steps, mount },
        { steps: ['sha256:c'], mount: mountOf({ emptyMs: 8_000 }) },
      ]),
    ).toBe(48_000)
  })

  test('is not known where no step ran, or none with an empty mount was seen', () => {
    expect(mountGain([{ steps: [], mount: mountOf({ emptyMs: 60_000 }) }])).toBeUndefined()
    expect(mountGain([{ steps: ['sha256:a'], mount: mountOf() }])).toBeUndefined()
  })
})

test.each([
  [undefined, 'Whether it pays is not known before steps run with filled mounts: 3.0s were spent'],
  [50_000, 'It pays: steps took 50.0s less than with empty mounts, and 3.0s were spent'],
  [2_000, '⚠️ It does not pay: steps took only 2.0s less than with empty mounts'],
  [-1_000, '⚠️ It does not pay: steps took no less than with empty mounts'],
])('a gain of %p is told as: %s', (gainMs, text) => {
  const costs = { restoreMs: 1_000, saveMs: 2_000, mounts: [] }
  expect(renderMountVerdict({ ...costs, ...(gainMs === undefined ? {} : { gainMs }) })).toContain(text)
})

test('the summary has a row for each mount, and what it holds is escaped', () => {
  const mounts = [
    mountOf({ mount: 'a|`b`', restoredBytes: 3e6, bytes: 3e6, emptyMs: 60_000 }),
    mountOf({ mount: 'unused', kept: 'unused', stepMs: 0 }),
  ]
  const cacheMounts = { restoreMs: 1, saveMs: 1, gainMs: 50_000, mounts }
  const section = renderSummary(sampleResults({ cacheMounts })).split('### Cache mounts')[1] ?? ''
  expect(section).toContain('no step ran')
  expect(section).toContain('It pays')
  expect(section).not.toContain('a|`b`')
  expect(renderSummary(sampleResults())).not.toContain('Cache mounts')
})
