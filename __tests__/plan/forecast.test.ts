import { describe, expect, test } from '@jest/globals'
import { forecastOf, type Forecasted } from '../../src/plan/forecast.ts'
import type { SharedOut } from '../../src/plan/work-graph.ts'
import { samplePrefix, sampleScheduled } from '../support/samples.ts'

const content = (steps: number): Forecasted['contents'][number] => ({
  steps,
  inputs: [],
  auxiliary: false,
  unpinned: [],
})

/** A core of four steps for two apps of two and three, and an image that is the core. */
const PLAN: Forecasted = {
  tops: [1, 2, 0, null],
  prefixes: [
    samplePrefix({ key: 'core', costMs: 4_000, measured: 1 }),
    samplePrefix({ parent: 0, layer: 'app', key: 'serve', content: 1, costMs: 1_000 }),
    samplePrefix({ parent: 0, layer: 'app', key: 'train', content: 2, costMs: 3_000, measured: 0.5 }),
  ],
  contents: [content(4), content(2), content(3)],
}

const SCHEDULE: SharedOut = {
  waves: [[sampleScheduled({ nodes: [0] })]],
  legs: [sampleScheduled({ leaves: [0, 2, 3], nodes: [1] }), sampleScheduled({ slot: 1, leaves: [1], nodes: [2] })],
  ...{ repeated: [], loaded: new Set(), makespanMs: 9_000.4, lowerBoundMs: 8_000, runnerMs: 20_000 },
}

const withStates = (...states: readonly Forecasted['prefixes'][number]['state'][]): Forecasted => ({
  ...PLAN,
  prefixes: PLAN.prefixes.map((prefix, index) => ({ ...prefix, state: states[index] ?? 'cold' })),
})

describe('forecastOf', () => {
  test('counts each step once, and for each work item', () => {
    expect(forecastOf(PLAN, SCHEDULE)).toEqual({
      ...{ positions: 4 + 2 + 4 + 3 + 4, unique: 9, shared: 4, warm: 0, cold: 9, repeated: 0 },
      ...{ expectedMs: 9_000, lowerBoundMs: 8_000, runnerMs: 20_000, measured: (4_000 + 1_500) / 8_000 },
    })
  })

  test('counts what a ref holds as warm, its own or one above', () => {
    expect(forecastOf(withStates('covered', 'warm', 'cold'), SCHEDULE)).toMatchObject({
      warm: 6,
      cold: 3,
      measured: 0.5,
    })
  })

  test('counts what nobody knows of as cold', () => {
    expect(forecastOf(withStates('unknown', 'unknown', 'unknown'), SCHEDULE)).toMatchObject({ warm: 0, cold: 9 })
  })

  test('counts what no leg builds neither as cold nor as repeated', () => {
    expect(forecastOf(PLAN, { ...SCHEDULE, waves: [] })).toMatchObject({ unique: 9, cold: 5 })
  })

  test('adds up the extra runs of a prefix, of those that run', () => {
    const repeated = [
      { node: 0, extra: 1, costMs: 4_000 },
      { node: 0, extra: 2, costMs: 8_000 },
      { node: 1, extra: 1, costMs: 0 },
    ]
    expect(forecastOf(PLAN, { ...SCHEDULE, repeated }).repeated).toBe(3 * 4 + 2)
    expect(forecastOf(withStates('covered', 'warm'), { ...SCHEDULE, repeated }).repeated).toBe(0)
  })

  test('counts steps once that two repositories keep, and those that one gets from the other as run once', () => {
    const twice: Forecasted = {
      tops: [0, 1],
      prefixes: [samplePrefix({ key: 'core' }), samplePrefix({ key: 'core' })],
      contents: [content(4)],
    }
    const legs = [sampleScheduled({ nodes: [0] }), sampleScheduled({ nodes: [1] })]
    const counts = { positions: 8, unique: 4, shared: 4, warm: 0 }
    expect(forecastOf(twice, { ...SCHEDULE, waves: [], legs })).toMatchObject({ ...counts, cold: 4, repeated: 4 })
    const loaded = { ...SCHEDULE, waves: [], legs, loaded: new Set([1]) }
    expect(forecastOf(twice, loaded)).toMatchObject({ ...counts, cold: 4, repeated: 0 })
  })

  test('is sure of a plan in which nothing runs', () => {
    expect(forecastOf(withStates('warm', 'warm', 'warm'), SCHEDULE)).toMatchObject({ cold: 0, measured: 1 })
    expect(forecastOf({ tops: [], prefixes: [], contents: [] }, { ...SCHEDULE, waves: [], legs: [] })).toMatchObject({
      ...{ positions: 0, unique: 0, measured: 1 },
    })
  })
})
