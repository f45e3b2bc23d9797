import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { tagNames } from '../../src/publish/tag-names.ts'
import { wantedManifests } from '../../src/publish/wanted.ts'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import { sampleRecord } from '../support/records.ts'
import { sampleWork } from '../support/samples.ts'
import { samplePlan } from '../report/samples.ts'

const IMAGE = 'r.test/acme/factory'
const DIGEST = `sha256:${'a'.repeat(64)}`
const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const

const itemOf = (manifestId: string, platform: string) =>
  sampleWork({ manifestId, platform, image: IMAGE, tags: [manifestId] })

const recordOf = (manifest_id: string, platform: string, changes: Partial<CompatibilityRecord> = {}) => {
  const { run } = sampleRecord()
  return sampleRecord({
    ...{ manifest_id, platform, digest: DIGEST, published: [`${IMAGE}@${DIGEST}`] },
    run: { ...run, leg: platform },
    ...changes,
  })
}

const planOf = (ids: readonly string[], changes: Parameters<typeof samplePlan>[0] = {}) =>
  samplePlan({ items: ids.flatMap((id) => PLATFORMS.map((platform) => itemOf(id, platform))), ...changes })

describe('wanted manifests', () => {
  test.each([
    { title: 'failed', record: { verdict: 'failed' }, reason: 'its build failed' },
    { title: 'canceled', record: { verdict: 'canceled' }, reason: 'its build was canceled' },
    {
      title: 'tested and found wanting',
      record: { verdict: 'failed', test: { verdict: 'failed', logTail: [], ms: 1 } },
      reason: 'its test failed',
    },
    {
      title: 'not tested',
      record: { test: { verdict: 'skipped', logTail: [], ms: 0 } },
      reason: 'its test was not run',
    },
    {
      title: 'pushed elsewhere',
      record: { published: ['r.test/other@sha256:0'] },
      reason: 'it was not pushed to the repository of the manifest',
    },
  ] as const)('lack what $title', ({ record, reason }) => {
    const [amd, arm] = PLATFORMS
    const [wanted] = wantedManifests(planOf(['serve']), [recordOf('serve', amd), recordOf('serve', arm, record)])
    expect(wanted?.children).toEqual([{ platform: amd, reference: `${IMAGE}@${DIGEST}` }])
    expect(wanted?.missing).toEqual([{ platform: arm, reason }])
  })

  test('lack what the plan leaves out, and have what it found unchanged', () => {
    const [amd, arm] = PLATFORMS
    const subject = { image: IMAGE, tags: ['old'], layers: [] }
    const plan = samplePlan({
      items: [itemOf('serve', amd)],
      leftOut: [{ manifestId: 'serve', platform: arm }],
      unchanged: [{ manifestId: 'old', platform: arm, image: `${IMAGE}:key-0`, subject }],
    })
    const wanted = wantedManifests(plan, [recordOf('serve', amd)])
    expect(wanted.map(({ manifestId, children, missing }) => [manifestId, children.length, missing])).toEqual([
      ['serve', 1, [{ platform: arm, reason: 'the scope of the plan leaves it out' }]],
      ['old', 1, []],
    ])
  })

  test('take the newest attempt, and its temporary tags with those before', () => {
    const { run } = sampleRecord()
    const temporary = (attempt: number) => `${IMAGE}:strata-tmp-7-${attempt}-serve-linux-amd64`
    const records = [1, 2].map((attempt) =>
      recordOf('serve', 'linux/amd64', {
        ...{ run: { ...run, attempt }, published: [temporary(attempt)], digest: `sha256:${attempt}` },
      }),
    )
    const [wanted] = wantedManifests(samplePlan({ items: [itemOf('serve', 'linux/amd64')] }), records)
    expect(wanted?.children).toEqual([{ platform: 'linux/amd64', reference: `${IMAGE}@sha256:2` }])
    expect(wanted?.temporary).toEqual([temporary(1), temporary(2)])
  })

  test('are complete exactly when every platform was built, whatever the order of records', () => {
    const outcomes = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(outcomes, fc.boolean(), (built, backwards) => {
        const ids = built.map((_, index) => `m${index}`)
        const records = built.flatMap((both, index) =>
          PLATFORMS.flatMap((platform, at) => (both[at] === true ? [recordOf(`m${index}`, platform)] : [])),
        )
        const wanted = wantedManifests(planOf(ids), backwards ? records.toReversed() : records)
        expect(wanted.map(({ missing }) => missing.length === 0)).toEqual(built.map(([amd, arm]) => amd && arm))
        expect(wanted.every(({ children, missing }) => children.length + missing.length === 2)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('tags', () => {
  const FACTS = { plannedAt: '2026-11-28T23:59:00.000Z', commit: '0123456789abcdef', branch: 'feature/x' }
  const [serve, train] = wantedManifests(planOf(['serve', 'train']), [])
  if (serve === undefined || train === undefined) throw new Error('there are no manifests')

  test('come from templates; one without a value makes none', () => {
    const templates = ['{manifest_id}-{date}', '{manifest_id}-{short_sha}', '{manifest_id}-{branch}', '{version}']
    expect(tagNames([serve], templates, FACTS)).toEqual([['serve-20261128', 'serve-0123456', 'serve-feature-x']])
    expect(tagNames([{ ...serve, version: '1.0+x' }], ['{version}'], FACTS)).toEqual([['1.0-x']])
  })

  test('are those of the factory file, else the id', () => {
    expect(tagNames([serve, { ...train, tags: [] }], [], FACTS)).toEqual([['serve'], ['train']])
    const tags = ['serve-{short_sha}', '{branch}', 'serve-{date}']
    expect(tagNames([{ ...serve, tags }], [], FACTS)).toEqual([['serve-0123456', 'feature-x', 'serve-20261128']])
    expect(tagNames([{ ...serve, tags }], [], { plannedAt: FACTS.plannedAt })).toEqual([['serve-20261128']])
    expect(tagNames([{ ...serve, tags }], ['{version}x'], FACTS)).toEqual([[]])
  })

  test.each([
    { templates: ['latest'], message: 'serve and train would both be r.test/acme/factory:latest' },
    { templates: ['{manifest_id}{brnch}'], message: 'unknown placeholder {brnch}; did you mean "branch"?' },
    { templates: ['{manifest_id}+'], message: 'makes "serve+" of serve' },
  ])('$templates are refused', ({ templates, message }) => {
    expect(() => tagNames([serve, train], templates, FACTS)).toThrow(message)
  })
})
