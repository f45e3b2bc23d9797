import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { StoreListing } from '../../src/retention/holding.ts'
import { planRetention } from '../../src/retention/plan-retention.ts'
import type { PruneDecision, PrunePlan, RetentionFacts } from '../../src/retention/prune-plan.ts'
import { pushedLately, reachable } from './oracle.ts'
import { buildWorld, type Sketch, sketches, type World } from './random-registry.ts'

/** All of the random registries together: the number that the policy was asked to be tried with. */
const REGISTRIES = 10_000

const goes = ({ verdict }: PruneDecision): boolean => verdict === 'delete'

/** Deletes as a registry does: by digest, with all that is on it. Ids that are left, or what went before its parents. */
const deleteFrom = (listing: StoreListing, { decisions }: PrunePlan): StoreListing => {
  let { objects } = listing
  for (const { object, parents } of decisions.filter((each) => goes(each) && each.store === listing.name)) {
    expect(objects.filter((left) => parents.includes(left.object.id))).toEqual([])
    objects = objects.filter((left) => left.object.digest !== object.digest)
  }
  return { ...listing, objects }
}

const runPlan = (facts: RetentionFacts, plan: PrunePlan): RetentionFacts => {
  const stores = facts.stores.map((store) => deleteFrom(store, plan))
  const left = new Set(
    stores.flatMap(({ name, objects }) => objects.flatMap(({ object }) => object.tags.map((tag) => `${name}:${tag}`))),
  )
  const records = facts.records.filter(({ repository, tag }) => left.has(`${repository}:${tag}`))
  return { ...facts, stores, records, state: plan.state }
}

const idsOf = ({ stores }: RetentionFacts): readonly string[] =>
  stores.flatMap(({ objects }) => objects.map(({ object }) => object.id)).sort()

/** The same facts in another order, records within their artifacts included. */
const reversed = (facts: RetentionFacts): RetentionFacts => ({
  ...facts,
  records: facts.records
    .map((found) => (found.status === 'read' ? { ...found, records: found.records.toReversed() } : found))
    .toReversed(),
  stores: facts.stores.map((store) => ({ ...store, objects: store.objects.toReversed() })).toReversed(),
})

const check = (world: World): number => {
  const { facts } = world
  const plan = planRetention(facts)
  const doomed = plan.decisions.filter(goes).map(({ object }) => object.id)
  const needed = reachable(world)
  const young = pushedLately(world)
  // Nothing that something kept leads to goes, and nothing that is young.
  expect(doomed.filter((id) => needed.has(id) || young.has(id))).toEqual([])
  // What a dry run says is what a real run does.
  const after = runPlan(facts, plan)
  expect(idsOf(after)).toEqual(plan.decisions.flatMap((each) => (goes(each) ? [] : [each.object.id])).sort())
  // A second run finds nothing to do.
  const again = planRetention(after)
  expect(again.decisions.filter(goes)).toEqual([])
  // No order matters.
  expect(JSON.stringify(planRetention(reversed(facts)))).toBe(JSON.stringify(plan))
  return doomed.length
}

test('10,000 random registries: nothing needed goes, a dry run is a real run, twice is once, no order matters', () => {
  let doomed = 0
  fc.assert(
    fc.property(sketches, (sketch) => {
      doomed += check(buildWorld(sketch))
    }),
    { numRuns: REGISTRIES },
  )
  // The registries are such that much goes, so that the above says something.
  expect(doomed).toBeGreaterThan(REGISTRIES / 2)
})

test('whatever is in the untrusted cache, nothing else is decided otherwise', () => {
  const untrusted = ({ cache }: Sketch, { facts }: World): readonly StoreListing[] =>
    (['untrusted', 'untrusted-records'] as const).map((role) => ({
      ...{ name: role, repository: role, role, objects: facts.stores.flatMap(({ objects }) => objects) },
      ...(cache.length === 1 ? { unreadable: '403' } : {}),
    }))
  const trusted = ({ decisions }: PrunePlan): readonly PruneDecision[] =>
    decisions.filter(({ store }) => !store.startsWith('untrusted'))
  fc.assert(
    fc.property(sketches, sketches, (sketch, other) => {
      const { facts } = buildWorld(sketch)
      const stores = [...facts.stores, ...untrusted(other, buildWorld(other))]
      expect(trusted(planRetention({ ...facts, stores }))).toEqual(planRetention(facts).decisions)
    }),
    { numRuns: 300 },
  )
})
