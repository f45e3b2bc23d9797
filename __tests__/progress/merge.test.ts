import { describe, expect, test } from '@jest/globals'
import { attributeSteps } from '../../src/progress/attribute.ts'
import type { BuildResult } from '../../src/progress/build-result.ts'
import { mergeResults } from '../../src/progress/merge.ts'
import { failingTargets, folded, outcomes, stack } from './fixture.ts'

describe('mergeResults', () => {
  const first = attributeSteps(folded('failing'), failingTargets)
  const second = attributeSteps(folded('failing-repeated'), failingTargets.slice(2))
  const both = mergeResults(first, second)

  test('a step that ran in either call ran once', () => {
    expect(outcomes(both)).toEqual([
      't0: run failed skipped skipped',
      't1: run failed skipped skipped',
      't2: run run run run',
      't3: run run run run',
    ])
    expect(both.unique).toMatchObject({ cached: 0, total: 8 })
    expect(both.targets[3]?.counts.execMs).toBe(first.targets[3]?.counts.execMs)
  })

  test('a step that was stopped half-way is interrupted, not repeated', () => {
    expect(both.targets.map(({ steps }) => steps.findIndex(({ interrupted }) => interrupted))).toEqual([-1, -1, 1, -1])
  })

  test('what was mended is no error any more; what was left out still is', () => {
    expect(both.targets.map(({ error, canceled }) => [error !== undefined, canceled === true])).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, false],
    ])
  })

  test('a call that only writes cache refs again changes no outcome', () => {
    const built = attributeSteps(folded('cold'), stack)
    const healed = mergeResults(built, attributeSteps(folded('warm-local'), stack))
    expect(outcomes(healed)).toEqual(outcomes(built))
    expect(healed.unique).toEqual(built.unique)
    expect(healed.targets[0]?.exports).toHaveLength(4)
  })

  test('a step has the times of the call that counts', () => {
    const timesOf = (result: BuildResult, target: number, step: number): readonly (string | undefined)[] => {
      const found = result.targets.find((candidate) => candidate.target === `t${target}`)?.steps[step]
      return [found?.startedAt, found?.completedAt]
    }
    // ran in the first call and was found in the second
    expect(timesOf(both, 3, 2)).toEqual(timesOf(first, 3, 2))
    // was stopped in the first call and ran in the second
    expect(timesOf(both, 2, 1)).toEqual(timesOf(second, 2, 1))
    // was not in the second call
    expect(timesOf(both, 0, 1)).toEqual(timesOf(first, 0, 1))
  })

  test('an image that both calls looked at is one', () => {
    expect(first.images).toHaveLength(1)
    expect(both.images).toEqual([
      { ...first.images[0], ms: (first.images[0]?.ms ?? 0) + (second.images[0]?.ms ?? 0), downloadedBytes: 0 },
    ])
  })

  test('with itself, a result of hits stays one', () => {
    const warm = attributeSteps(folded('warm-local'), stack)
    expect(outcomes(mergeResults(warm, warm))).toEqual(outcomes(warm))
  })
})
