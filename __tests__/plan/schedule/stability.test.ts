import { expect, test } from '@jest/globals'
import { planSchedule } from '../../../src/plan/schedule/schedule.ts'
import { growWork, makeChance, randomShape, wholeBetween, type Chance } from '../../support/cold-work.ts'
import { placesOf, sampleOptions, type Work } from './work.ts'

const TREES = 25

const largeEnough = (work: Work): boolean => work.leaves.length >= 100 && work.leaves.length <= 1_000

/** Seeded trees of 100 to 1,000 leaves. */
const trees = (): readonly { readonly work: Work; readonly chance: Chance }[] => {
  const found: { work: Work; chance: Chance }[] = []
  for (let seed = 1; found.length < TREES; seed++) {
    const chance = makeChance(seed)
    const work = growWork(randomShape(chance), chance)
    if (largeEnough(work)) found.push({ work, chance })
  }
  return found
}

/** One work item more, beside one that is there; with an app of its own, or another image of the same app. */
const withOneMore = ({ nodes, leaves }: Work, chance: Chance, ownNode: boolean): Work => {
  const beside = leaves[wholeBetween(chance, 0, leaves.length - 1)]
  if (beside === undefined) return { nodes, leaves }
  const { node: highest, ...rest } = beside
  const added = { ...rest, id: 'one more' }
  const below = highest === undefined ? undefined : nodes[highest]
  if (highest === undefined || below === undefined) return { nodes, leaves: [...leaves, added] }
  if (!ownNode) return { nodes, leaves: [...leaves, { ...added, node: highest }] }
  return {
    nodes: [...nodes, { ...below, id: 'app of one more' }],
    leaves: [...leaves, { ...added, node: nodes.length }],
  }
}

const placesIn = (work: Work): ReadonlyMap<string, string> =>
  placesOf(work, planSchedule(work.nodes, work.leaves, sampleOptions()))

/** Share of leaves that are built elsewhere than before. */
const movedShare = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): number =>
  [...before].filter(([id, place]) => after.get(id) !== place).length / before.size

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

test('one work item more moves at most 5 % of the others in the median', () => {
  const moved = trees().map(({ work, chance }) => {
    const before = placesIn(work)
    return [true, false].map((ownNode) => movedShare(before, placesIn(withOneMore(work, chance, ownNode))))
  })
  expect(median(moved.map(([withNode]) => withNode ?? NaN))).toBeLessThanOrEqual(0.05)
  expect(median(moved.map(([, without]) => without ?? NaN))).toBeLessThanOrEqual(0.05)
}, 300_000)
