import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CompatibilityRecord, RecordOutcome } from '../../../src/records/record.ts'
import { foldRecords, type FoldOptions } from '../../../src/report/fold/fold-records.ts'
import { parseNeeds } from '../../../src/report/needs.ts'
import type { RunReport } from '../../../src/report/run-report.ts'
import { FIRST, generateRun, planOf, type RunShape, sampleShape, WARM } from '../../support/run-records.ts'

const NO_HISTORY: FoldOptions = { history: { runs: [], keep: 30 } }

const fold = (records: readonly CompatibilityRecord[], options: Partial<FoldOptions> = {}): RunReport =>
  foldRecords(records, { ...NO_HISTORY, ...options }).report

/** A core that changed, whatever else did not. */
const changedCore: RunShape['cold'] = (layer, variant) =>
  layer === 'core' && variant === '0.1.0'
    ? { kind: 'fragment', subject: 'fragments/core/0.1.0.Dockerfile', evidence: ['-RUN a', '+RUN b'] }
    : undefined

const shapes: fc.Arbitrary<RunShape> = fc
  .record({
    seed: fc.nat(1000),
    platforms: fc.subarray(['linux/amd64', 'linux/arm64', 'linux/arm/v7'], { minLength: 1 }),
    cores: fc.integer({ min: 1, max: 3 }),
    apps: fc.integer({ min: 1, max: 4 }),
    legs: fc.integer({ min: 1, max: 3 }),
    wave: fc.boolean(),
    cold: fc.constantFrom(WARM, FIRST, changedCore),
  })
  .map(sampleShape)

/** Records with outcomes of any kind, as if much had gone wrong. */
const disturbed: fc.Arbitrary<readonly CompatibilityRecord[]> = fc
  .tuple(
    shapes.map(generateRun),
    fc.array(fc.constantFrom<RecordOutcome>('hit', 'run', 'failed', 'canceled', 'skipped'), { minLength: 1 }),
  )
  .map(([records, outcomes]) => {
    let next = 0
    const outcome = (): RecordOutcome => outcomes[next++ % outcomes.length] ?? 'hit'
    return records.map((record) => ({
      ...record,
      layers: record.layers.map((layer) => ({
        ...layer,
        steps: layer.steps.map((step) => ({ ...step, outcome: outcome() })),
      })),
    }))
  })

const shuffled = (records: readonly CompatibilityRecord[]): fc.Arbitrary<readonly CompatibilityRecord[]> =>
  fc.shuffledSubarray([...records], { minLength: records.length })

const withAttempt = (record: CompatibilityRecord, attempt: number): CompatibilityRecord => ({
  ...record,
  run: { ...record.run, attempt },
})

describe('foldRecords', () => {
  test('does not depend on the order of the records', () => {
    const cases = disturbed.chain((records) => fc.tuple(fc.constant(records), shuffled(records)))
    fc.assert(
      fc.property(cases, ([records, other]) => {
        expect(fold(other)).toEqual(fold(records))
      }),
      { numRuns: 60 },
    )
  })

  test('says what came of the tests of images', () => {
    const records = generateRun(sampleShape())
    const first = records.find(({ kind }) => kind === 'work-item')
    const failed = { verdict: 'failed', logTail: ['no'], ms: 5 } as const
    const { items } = fold(records.map((record) => (record === first ? { ...record, test: failed } : record)))
    expect(items.flatMap(({ test: verdict }) => verdict ?? [])).toEqual(['failed'])
  })

  test('takes records that come twice as one', () => {
    fc.assert(
      fc.property(disturbed, (records) => {
        expect(fold([...records, ...records])).toEqual(fold(records))
      }),
      { numRuns: 30 },
    )
  })

  test('counts every step once: cached and run make the total, in every breakdown', () => {
    fc.assert(
      fc.property(disturbed, (records) => {
        const report = fold(records)
        const steps = report.prefixes.flatMap((prefix) => prefix.steps)
        const done = steps.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'canceled')
        const hits = done.filter(({ outcome }) => outcome === 'hit')
        expect(report.counts).toEqual({ total: done.length, cached: hits.length })
        expect(report.stepsRun).toBe(report.counts.total - report.counts.cached)
        const keys = records.flatMap(({ layers }) =>
          layers.flatMap((layer) => layer.steps.map((_, position) => `${layer.key} ${position}`)),
        )
        expect(steps).toHaveLength(new Set(keys).size)
        const platforms = report.pools.reduce((sum, { counts }) => sum + counts.total, 0)
        // Each pool of these is a platform, and no step is of two.
        expect(platforms).toBe(report.counts.total)
      }),
      { numRuns: 60 },
    )
  })

  test('says why each step ran, each in one group', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const report = fold(generateRun(shape))
        expect(report.misses.reduce((sum, { steps }) => sum + steps, 0)).toBe(report.stepsRun)
        for (const { items, manifests } of report.misses) {
          expect(items).toBeLessThanOrEqual(report.items.length)
          expect(manifests).toBeLessThanOrEqual(items)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('has parents before their children, and every work item on one of them', () => {
    fc.assert(
      fc.property(disturbed, (records) => {
        const { prefixes, items } = fold(records)
        const places = new Map(prefixes.map(({ key }, index) => [key, index]))
        for (const { key, parent } of prefixes) {
          if (parent !== undefined) expect(places.get(parent)).toBeLessThan(places.get(key) ?? -1)
        }
        expect(items.every(({ top }) => top !== undefined && places.has(top))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('is all hits where nothing changed, and none on a first run', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const warm = fold(generateRun({ ...shape, cold: WARM }))
        expect(warm).toMatchObject({ hitRatio: 1, stepsRun: 0, repeats: 0, misses: [], execMs: 0 })
        const first = fold(generateRun({ ...shape, cold: FIRST }))
        expect(first).toMatchObject({ hitRatio: 0, repeats: 0, counts: { cached: 0 } })
        expect(first.misses.map(({ kind }) => kind)).toEqual(['first-build'])
        expect(first.savedMs).toBeGreaterThanOrEqual(0)
        expect(first.positions).toBe(shape.platforms.length * shape.cores * shape.apps * 9)
      }),
      { numRuns: 30 },
    )
  })

  test('puts what follows from one change to that change', () => {
    const { misses } = fold(generateRun(sampleShape({ cold: changedCore })))
    expect(misses).toEqual([
      expect.objectContaining({
        title: 'core/0.1.0: fragment fragments/core/0.1.0.Dockerfile changed',
        kind: 'fragment',
        evidence: ['-RUN a', '+RUN b'],
        // For each platform 3 of the core, 1 above, and 3 of each of 4 apps.
        ...{ steps: 32, manifests: 4, items: 8 },
      }),
    ])
  })

  test('counts a step that several legs ran as repeated, and as run', () => {
    const records = generateRun(sampleShape({ cold: FIRST, wave: false, legs: 1, platforms: ['linux/amd64'] }))
    const again = records.map((record) => ({
      ...record,
      ...{ manifest_id: `${record.manifest_id}-b`, run: { ...record.run, leg: 'other' } },
    }))
    const once = fold(records)
    const twice = fold([...records, ...again])
    expect(twice.counts).toEqual(once.counts)
    expect(twice.repeats).toBe(once.counts.total)
    expect(twice.execMs).toBe(once.execMs * 2)
  })

  test('counts the newest attempt of a leg, with those of others that were not run again', () => {
    const [first, second] = [generateRun(sampleShape({ cold: FIRST })), generateRun(sampleShape())]
    const again = second.filter(({ run }) => run.leg === 'linux-amd64-1').map((record) => withAttempt(record, 2))
    const report = fold([...first, ...again])
    const attempts = Object.fromEntries(report.legs.map(({ id, attempt }) => [id, attempt]))
    expect(attempts).toEqual({
      ...{ 'wave-1-linux-amd64-1': 1, 'wave-1-linux-arm64-1': 1, 'linux-amd64-1': 2, 'linux-amd64-2': 1 },
      ...{ 'linux-arm64-1': 1, 'linux-arm64-2': 1 },
    })
    expect(report.items).toHaveLength(16)
    expect(report.legs.find(({ id }) => id === 'linux-amd64-1')?.counts.cached).toBeGreaterThan(0)
  })

  test('counts the newest record of a work item that another leg built again', () => {
    const [only] = generateRun(sampleShape({ platforms: ['linux/amd64'], cores: 1, apps: 1, wave: false }))
    if (only === undefined) throw new Error('there is no record')
    const moved = { ...withAttempt(only, 2), verdict: 'failed' as const, run: { ...only.run, attempt: 2, leg: 'new' } }
    const { items, legs } = fold([moved, only])
    expect(items.map(({ verdict, leg }) => [verdict, leg])).toEqual([['failed', 'new']])
    expect(legs.map(({ id, status }) => [id, status])).toEqual([['new', 'failed']])
  })

  test('misses the legs and work items of the plan that left no record, in its order', () => {
    const shape = sampleShape()
    const plan = planOf(shape)
    const records = generateRun(shape).filter(({ run }) => run.leg !== 'linux-amd64-2')
    const report = fold(records, { plan })
    expect(report.legs.filter(({ status }) => status === 'missing')).toEqual([
      {
        ...{ id: 'linux-amd64-2', name: 'amd64 · mixed · 2', kind: 'build', pool: 'linux/amd64', status: 'missing' },
        ...{ attempt: 0, items: 4, counts: { total: 0, cached: 0 }, spans: [] },
      },
    ])
    expect(report.legs.map(({ id }) => id)).toEqual([...plan.waves.flat(), ...plan.legs].map(({ leg }) => leg.id))
    expect(report.items.map(({ manifestId, platform }) => [manifestId, platform])).toEqual(
      plan.items.map(({ manifestId, platform }) => [manifestId, platform]),
    )
    const missing = report.items.filter(({ verdict }) => verdict === 'missing')
    expect(missing.map(({ leg }) => leg)).toEqual(Array.from({ length: 4 }, () => 'linux-amd64-2'))
  })

  test('knows planned legs from the matrices among the needs, too', () => {
    const matrix = JSON.stringify({ include: planOf(sampleShape()).legs.map(({ leg }) => leg) })
    const needs = parseNeeds(
      JSON.stringify({ plan: { result: 'success', outputs: { matrix } }, build: { result: 'failure', outputs: {} } }),
    )
    const records = generateRun(sampleShape({ wave: false })).filter(({ run }) => run.leg === 'linux-amd64-1')
    const report = fold(records, { needs })
    expect(report.legs.map(({ id, status }) => [id, status])).toEqual([
      ['linux-amd64-1', 'built'],
      ['linux-amd64-2', 'missing'],
      ['linux-arm64-1', 'missing'],
      ['linux-arm64-2', 'missing'],
    ])
    expect(report.jobs).toEqual([
      { name: 'plan', result: 'success' },
      { name: 'build', result: 'failure' },
    ])
  })

  test('reports the newest of several runs, with the others as its trend', () => {
    const runs = ['1', '2', '3'].map((id, index) =>
      generateRun(
        sampleShape({
          cold: index === 0 ? FIRST : WARM,
          run: { id, attempt: 1, startedAt: `2026-11-2${index}T00:00:00.000Z` },
        }),
      ),
    )
    const folded = foldRecords(runs.toReversed().flat(), NO_HISTORY)
    expect(folded.report).toMatchObject({ hitRatio: 1, url: 'https://github.com/acme/factory/actions/runs/3' })
    expect(folded.trend.map(({ run, point }) => [run, point.hitRatio])).toEqual([
      ['1', 0],
      ['2', 1],
      ['3', 1],
    ])
    const [old] = folded.trend
    if (old === undefined) throw new Error('there is no trend')
    const later = foldRecords(runs[2] ?? [], { history: { runs: [old, { ...old, run: '3' }], keep: 2 } })
    expect(later.trend.map(({ run }) => run)).toEqual(['1', '3'])
    expect(foldRecords(runs.flat(), { history: { runs: [old], keep: 0 } }).trend.map(({ run }) => run)).toEqual(['3'])
  })

  test('is about one factory: that of the plan, else the newest', () => {
    const records = generateRun(sampleShape())
    const others = records.map((record) => ({ ...record, name: 'other', factory: 'other.yaml' }))
    const plan = planOf(sampleShape())
    expect(fold([...others, ...records], { plan }).name).toBe('llm-factory')
    expect(fold([...others, ...records], { plan }).items).toHaveLength(16)
    expect(fold(others).name).toBe('other')
  })

  test('is a report of nothing but what is missing where there are no records', () => {
    const report = fold([], { plan: planOf(sampleShape()) })
    expect(report.items.every(({ verdict }) => verdict === 'missing')).toBe(true)
    expect(report).toMatchObject({ hitRatio: 1, counts: { total: 0, cached: 0 }, trend: [] })
  })

  test('pays: what came from cache against what loading and writing took', () => {
    const { pays } = fold(generateRun(sampleShape({ cold: changedCore })))
    expect(pays.map(({ layer }) => layer)).toEqual(['security', 'core', 'light', 'app'])
    const [security] = pays
    expect(security?.exportMs).toBe(0)
    expect(security?.savedMs).toBeGreaterThan(security?.loadMs ?? 0)
    expect(pays.at(-1)?.addedBytes).toBe(8 * 1_500_000)
  })

  test('counts steps that BuildKit ran against their keys', () => {
    const disagreed: RunShape['cold'] = (layer) =>
      layer === 'app' ? { kind: 'disagreed', evidence: ['its ref was read'] } : undefined
    expect(fold(generateRun(sampleShape({ cold: disagreed }))).disagreed).toBe(16 * 3)
  })
})
