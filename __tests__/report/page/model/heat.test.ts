import { describe, expect, test } from '@jest/globals'
import { makeFinder, NO_FILTER } from '../../../../src/report/page/model/filter.ts'
import { growForest } from '../../../../src/report/page/model/forest.ts'
import { heatOf, stackOf } from '../../../../src/report/page/model/heat.ts'
import {
  addTallies,
  NO_STEPS,
  outcomeOfTally,
  ratioOf,
  stepsOf,
  tallyOf,
} from '../../../../src/report/page/model/tally.ts'
import { growRunReport } from '../../../support/run-report/run-report.ts'

const REPORT = growRunReport()
const FOREST = growForest(REPORT)
const FINDER = makeFinder(REPORT, FOREST)
const ALL = REPORT.prefixes.map(tallyOf).reduce(addTallies, NO_STEPS)

describe('heatOf', () => {
  test('the roots, with all on them, come to what all prefixes come to', () => {
    const heat = heatOf(REPORT, FOREST, FINDER.find(NO_FILTER))
    const roots = FOREST.roots.flatMap((root) => {
      const node = heat[root]
      return node === undefined ? [] : [node.above, ...node.own.filter((tally) => tally !== undefined)]
    })
    expect(roots.reduce(addTallies, NO_STEPS)).toEqual(ALL)
    expect(ALL.cached).toBe(REPORT.counts.cached)
    expect(heat.every(({ shown }) => shown)).toBe(true)
  })

  test('what was not found is not there, and what stands below what was found is', () => {
    const heat = heatOf(REPORT, FOREST, FINDER.find({ ...NO_FILTER, platform: 'linux/arm64', reason: 'ref-missing' }))
    const shown = FOREST.nodes.filter(({ index }) => heat[index]?.shown)
    expect(shown.map(({ layer, variant }) => `${layer}/${variant}`)).toEqual([
      'base/debian-13',
      'security/1.0.0',
      'core/0.1.0',
      'light/0.2.0',
    ])
    expect(heat[shown.at(-1)?.index ?? -1]?.own).toEqual([undefined, expect.objectContaining({ ran: 2 })])
    expect(heat[shown[0]?.index ?? -1]?.above).toMatchObject({ ran: 2, cached: 0 })
  })

  test('a work item without steps is there too', () => {
    const bare = { ...REPORT.items[0], manifestId: 'bare', variants: [{ layer: 'base', variant: 'bare' }] }
    const { top: _, ...item } = bare as (typeof REPORT.items)[number]
    const report = { ...REPORT, prefixes: [], items: [item] }
    const forest = growForest(report)
    const heat = heatOf(report, forest, makeFinder(report, forest).find(NO_FILTER))
    expect(heat).toEqual([{ shown: true, own: [undefined, undefined], above: NO_STEPS }])
  })
})

test('the stack has a row for each layer, and a cell for each platform that has it', () => {
  const stack = stackOf(REPORT)
  expect(stack).toHaveLength(REPORT.layers.length)
  expect(stack[0]).toEqual([undefined, undefined])
  const cells = stack.flat().filter((tally) => tally !== undefined)
  expect(cells.reduce(addTallies, NO_STEPS)).toEqual(ALL)
})

describe('tallies', () => {
  const step = { line: 1, text: 'RUN true', execMs: 10, loadMs: 1, repeats: 0 }

  test.each([
    [[], 'none', 1, 0],
    [['hit'], 'cached', 1, 1],
    [['hit', 'run'], 'ran', 0.5, 2],
    [['hit', 'run', 'failed', 'skipped', 'canceled'], 'failed', 1 / 3, 3],
  ] as const)('%j is %s', (outcomes, outcome, ratio, steps) => {
    const tally = tallyOf({ steps: outcomes.map((each) => ({ ...step, outcome: each })) })
    expect([outcomeOfTally(tally), ratioOf(tally), stepsOf(tally)]).toEqual([outcome, ratio, steps])
    expect(tally.ms).toBe(outcomes.length * 11)
  })
})
