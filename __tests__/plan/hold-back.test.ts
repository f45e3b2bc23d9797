import { describe, expect, test } from '@jest/globals'
import { heldItems, runsToSkip } from '../../src/plan/hold-back.ts'
import type { Failure } from '../../src/records/failures.ts'

const WORK = {
  prefixes: [{ key: 'core' }, { key: 'serve', parent: 0 }, { key: 'train', parent: 0 }],
  tops: [1, 2, null],
}

const failure = (key: string, times: number, runNumber: number): Failure => {
  return { key, layer: 'core', variant: '1', times, runNumber, workflow: 'nightly', message: 'exit 1' }
}

const held = (failures: readonly Failure[], number?: number, workflow = 'nightly') =>
  heldItems(WORK, new Map(failures.map((each) => [each.key, each])), {
    workflow,
    ...(number === undefined ? {} : { number }),
  }).map(({ item, nextRun }) => [item, nextRun])

describe('runsToSkip', () => {
  test('grows from none to 64 runs', () => {
    expect([1, 2, 3, 4, 5, 6, 9, 10, 40].map(runsToSkip)).toEqual([0, 0, 1, 2, 4, 8, 64, 64, 64])
  })
})

describe('heldItems', () => {
  test('are those with a prefix that keeps failing, until their turn comes', () => {
    expect(held([failure('core', 4, 10)], 11)).toEqual([
      [0, 13],
      [1, 13],
    ])
    expect(held([failure('train', 4, 10)], 12)).toEqual([[1, 13]])
    expect(held([failure('train', 4, 10)], 13)).toEqual([])
  })

  test('are none after one or two failures', () => {
    expect(held([failure('core', 1, 10)], 11)).toEqual([])
    expect(held([failure('core', 2, 10)], 11)).toEqual([])
  })

  test('are none where runs cannot be compared', () => {
    expect(held([failure('core', 9, 10)])).toEqual([])
    expect(held([failure('core', 9, 10)], 11, 'weekly')).toEqual([])
    expect(held([failure('gone', 9, 10)], 11)).toEqual([])
  })

  test('are tried again after 1, 2, 3, 5, 8 … runs when nothing ever changes', () => {
    const tried: number[] = []
    let last: Failure | undefined
    for (let run = 1; run <= 40; run++) {
      if (held(last === undefined ? [] : [last], run).length > 0) continue
      tried.push(run)
      last = failure('core', tried.length, run)
    }
    expect(tried).toEqual([1, 2, 3, 5, 8, 13, 22, 39])
  })
})
