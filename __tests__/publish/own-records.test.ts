import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { RunEvent } from '../../src/plan/access.ts'
import type { PlannedCache } from '../../src/plan/cache.ts'
import { ownRecords, unrecordedItems, whyNoOwnRecords, type PublisherRun } from '../../src/publish/own-records.ts'
import type { CompatibilityRecord, RecordRun } from '../../src/records/record.ts'
import { samplePlan } from '../report/samples.ts'
import { sampleRecord } from '../support/records.ts'
import { sampleWork } from '../support/samples.ts'

const MAIN: RunEvent = { name: 'push', ref: 'refs/heads/main', refProtected: false, defaultBranch: 'main' }
const OWN = { ...MAIN, repository: 'acme/factory', headRepository: 'acme/factory' }
const PULL = { ...OWN, name: 'pull_request', ref: 'refs/pull/7/merge', pullRequest: 7, baseBranch: 'main' }
const BRANCH = { ...MAIN, ref: 'refs/heads/next' }

const RUN = { id: '8112', number: 12, attempt: 2, workflow: 'images', event: 'push', commit: 'b'.repeat(40) }
const PUBLISHER: PublisherRun = { run: RUN, event: MAIN }
const CACHE: PlannedCache = {
  ...{ strategy: 'layer', ref: 'r.test/acme/cache', pools: {}, untrusted: 'r.test/acme/branches' },
  access: { read: true, write: true, reason: 'a test' },
}
const KEY = '1.2.3'
const PLAN = samplePlan({ items: [sampleWork({ manifestId: 'serve' })], imageKeys: [KEY], cache: CACHE })

const runOf = (changes: Partial<RecordRun> = {}): RecordRun => ({
  ...{ ...RUN, branch: 'main', leg: 'amd64-1' },
  ...{ startedAt: '2026-11-22T15:39:57.000Z', finishedAt: '2026-11-22T15:41:57.000Z' },
  ...changes,
})

const recordOf = (changes: Partial<CompatibilityRecord> = {}): CompatibilityRecord =>
  sampleRecord({
    ...{ manifest_id: 'serve', platform: PLAN.items[0]?.platform ?? '', imageKey: KEY, run: runOf() },
    ...{ factory: PLAN.factory, name: PLAN.name },
    ...changes,
  })

const without = (name: 'id' | 'branch'): RecordRun => {
  const { [name]: _, ...run } = runOf()
  return run
}

describe('records of the registry', () => {
  test('count when this run left them, in this attempt or an earlier one', () => {
    const records = [recordOf(), recordOf({ run: runOf({ attempt: 1 }) })]
    expect(ownRecords(records, PLAN, PUBLISHER)).toEqual(records)
  })

  test.each<[string, Partial<CompatibilityRecord>]>([
    ['another run', { run: runOf({ id: '8113' }) }],
    ['a later attempt', { run: runOf({ attempt: 3 }) }],
    ['a run of another number', { run: runOf({ number: 11 }) }],
    ['another workflow', { run: runOf({ workflow: 'nightly' }) }],
    ['a pull request', { run: runOf({ event: 'pull_request' }) }],
    ['a run without a branch, as a pull request is', { run: without('branch') }],
    ['another branch', { run: runOf({ branch: 'next' }) }],
    ['another commit', { run: runOf({ commit: 'c'.repeat(40) }) }],
    ['a run outside GitHub', { run: without('id') }],
    ['an image that the plan does not want', { imageKey: '1.2.4' }],
    ['a manifest that the plan does not have', { manifest_id: 'train' }],
    ['a platform that the plan does not have', { platform: 'linux/riscv64' }],
    ['a prefix', { kind: 'prefix' }],
    ['another factory', { name: 'other' }],
  ])('do not count when they are of %s', (_, changes) => {
    expect(ownRecords([recordOf(changes)], PLAN, PUBLISHER)).toEqual([])
  })

  test.each<[string, PublisherRun]>([
    ['a pull request', { run: RUN, event: PULL }],
    ['a pull request of a fork', { run: RUN, event: { ...PULL, headRepository: 'mallory/factory' } }],
    ['a branch that is not trusted', { run: RUN, event: BRANCH }],
    ['an event that we do not know', { run: RUN, event: { ...MAIN, name: 'workflow_run' } }],
    ['a run outside GitHub', { run: {}, event: { ref: '', refProtected: false } }],
  ])('do not count for %s, whatever they say', (_, publisher) => {
    expect(whyNoOwnRecords(PLAN, publisher)).toEqual(expect.any(String))
    const { id: __, ...run } = runOf()
    const said = {
      ...run,
      ...publisher.run,
      ...(publisher.event.name === undefined ? {} : { event: publisher.event.name }),
    }
    expect(ownRecords([recordOf({ run: said }), recordOf()], PLAN, publisher)).toEqual([])
  })

  test('do not count for a plan that an untrusted run made, or one without a cache', () => {
    for (const access of [
      { read: true, write: true, domain: 'untrusted', reason: 'a branch' } as const,
      { read: false, write: false, reason: 'cache is false' },
    ]) {
      expect(ownRecords([recordOf()], { ...PLAN, cache: { ...CACHE, access } }, PUBLISHER)).toEqual([])
    }
  })

  test('never count when anything of their run differs', () => {
    const text = fc.constantFrom('8112', 'main', 'next', 'push', 'pull_request', 'images', 'b'.repeat(40))
    // Mostly their own value, so that what is taken is seen, too.
    const or = (own: string) => fc.oneof({ arbitrary: fc.constant(own), weight: 8 }, { arbitrary: text, weight: 1 })
    const changed = fc.record({
      ...{ id: or(RUN.id), event: or(RUN.event), branch: or('main'), workflow: or(RUN.workflow) },
      ...{ commit: or(RUN.commit), number: fc.constantFrom(12, 12, 11), attempt: fc.constantFrom(1, 2, 3) },
    })
    let taken = 0
    fc.assert(
      fc.property(changed, fc.constantFrom(MAIN, MAIN, PULL, BRANCH), (changes, event) => {
        const run = runOf(changes)
        const found = ownRecords([recordOf({ run })], PLAN, { run: RUN, event })
        const { branch, attempt = 1, leg: _, startedAt: __, finishedAt: ___, ...rest } = run
        const isOwn = JSON.stringify({ ...RUN, ...rest, attempt: 2 }) === JSON.stringify(RUN) && branch === 'main'
        expect(found).toHaveLength(isOwn && attempt <= 2 && event === MAIN ? 1 : 0)
        taken += found.length
      }),
      { numRuns: 500, seed: 8 },
    )
    expect(taken).toBeGreaterThan(10)
  })
})

test('what no record speaks of is named', () => {
  expect(unrecordedItems(PLAN, [recordOf({ kind: 'prefix' })])).toEqual(['serve linux/amd64'])
  expect(unrecordedItems(PLAN, [recordOf({ verdict: 'failed' })])).toEqual([])
})
