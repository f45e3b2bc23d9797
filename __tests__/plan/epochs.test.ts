import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { foldEpochs, type EpochSources, periodEnd, periodStart, withEpochs } from '../../src/plan/epochs.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const WEEK = 7 * DAY

const times = fc.integer({ min: Date.UTC(2020), max: Date.UTC(2040) }).map((ms) => new Date(ms))
const names = fc.string({ minLength: 1, maxLength: 20 })

describe('periodStart', () => {
  test('is the beginning of the period that a moment is in', () => {
    fc.assert(
      fc.property(times, names, fc.constantFrom(HOUR, DAY, WEEK), (now, name, every) => {
        const start = periodStart(now, every, name)
        expect(Date.parse(start)).toBeLessThanOrEqual(now.getTime())
        // Full seconds: the end may lie a second before the next start.
        expect(Date.parse(periodEnd(start, every)) + 1000).toBeGreaterThan(now.getTime())
        expect(periodStart(new Date(Date.parse(start) + 1000), every, name)).toBe(start)
      }),
    )
  })

  test('goes on by whole periods', () => {
    fc.assert(
      fc.property(times, names, (now, name) => {
        const next = periodStart(new Date(now.getTime() + WEEK), WEEK, name)
        expect(next).toBe(periodEnd(periodStart(now, WEEK, name), WEEK))
      }),
    )
  })

  test('is spread over the period, so that layers do not roll over in the same hour', () => {
    const now = new Date('2026-11-28T12:00:00Z')
    const starts = Array.from({ length: 700 }, (_, index) => periodStart(now, WEEK, `factory layer ${index}`))
    const perDay = Map.groupBy(starts, (start) => start.slice(0, 10))
    const [fewest = 0, most = 0] = [...perDay.values()]
      .map(({ length }) => length)
      .toSorted((a, b) => a - b)
      .slice(1, -1)
    // Eight calendar days, of which the first and the last are in part. Even would be 100 a day.
    expect(perDay.size).toBeGreaterThanOrEqual(7)
    expect(fewest).toBeGreaterThan(10)
    expect(most).toBeLessThan(140)
  })
})

const LAYERS = [{ name: 'base' }, { name: 'security', maxAge: WEEK }, { name: 'app' }]

const security = sampleLayer({ layer: 'security', variant: '1.0', fragment: 'security.Dockerfile' })
const app = sampleLayer({ layer: 'app', variant: 'serve', fragment: 'app.Dockerfile' })
const none = sampleLayer({ layer: 'security', variant: 'none' })

const NOW = new Date('2026-11-28T12:00:00Z')
const START = periodStart(NOW, WEEK, 'factory security 1.0')

const epochsOf = (sources: Partial<EpochSources> = {}, layers = [security, app]) => {
  const items = withEpochs([sampleWork({ layers })], {
    ...{ now: NOW, factory: 'factory', layers: LAYERS, known: new Map(), refresh: [], mayBegin: true },
    ...sources,
  })
  return items[0]?.layers.map(({ epoch }) => epoch)
}

const known = (epoch: string) => new Map([['security 1.0 linux/amd64', epoch]])

describe('withEpochs', () => {
  test('gives layers with an age the beginning of their period', () => {
    expect(epochsOf()).toEqual([START, undefined])
    expect(epochsOf({}, [none, app])).toEqual([undefined, undefined])
  })

  test('leaves it to the records where a probe is asked, but for a refresh', () => {
    const probed = { layers: [{ name: 'security', maxAge: WEEK, probe: 'apk -s upgrade' }] }
    const old = '2026-01-01T00:00:00Z'
    expect(epochsOf(probed)).toEqual([undefined, undefined])
    expect(epochsOf({ ...probed, known: known(old) })).toEqual([old, undefined])
    expect(epochsOf({ ...probed, known: known(old), refresh: ['security'] })).toEqual([
      '2026-11-28T12:00:00Z',
      undefined,
    ])
  })

  test('keeps a refresh until the next period begins', () => {
    const refreshed = '2026-11-28T11:00:00Z'
    expect(epochsOf({ known: known(refreshed) })).toEqual([refreshed, undefined])
    expect(epochsOf({ known: known(refreshed), now: new Date(NOW.getTime() + WEEK) })).toEqual([
      periodEnd(START, WEEK),
      undefined,
    ])
  })

  test('begins no period in runs that write no cache, while there is something older', () => {
    expect(epochsOf({ known: known('2026-10-01T00:00:00Z'), mayBegin: false })).toEqual([
      '2026-10-01T00:00:00Z',
      undefined,
    ])
    expect(epochsOf({ mayBegin: false })).toEqual([START, undefined])
  })

  test.each([
    [['security'], ['2026-11-28T12:00:00Z', undefined]],
    [['app/serve'], [START, '2026-11-28T12:00:00Z']],
    [['*'], ['2026-11-28T12:00:00Z', '2026-11-28T12:00:00Z']],
    [['security/2*'], [START, undefined]],
  ])('begins one now for %j', (refresh, expected) => {
    expect(epochsOf({ refresh })).toEqual(expected)
  })

  test('leaves work items as they are where nothing has an age', () => {
    const item = sampleWork({ layers: [app] })
    const sources = { now: NOW, factory: 'f', layers: LAYERS, known: new Map(), refresh: [], mayBegin: true }
    expect(withEpochs([item], sources)[0]).toBe(item)
  })

  test('makes equal layers one object again', () => {
    const items = [sampleWork({ layers: [security] }), sampleWork({ manifestId: 'b', layers: [security] })]
    const sources = { now: NOW, factory: 'f', layers: LAYERS, known: new Map(), refresh: [], mayBegin: true }
    const [a, b] = withEpochs(items, sources)
    expect(a?.layers[0]).toBe(b?.layers[0])
  })
})

describe('foldEpochs', () => {
  const built = (epoch: string, changes = {}) =>
    sampleRecord({ layers: [sampleRecordLayer({ layer: 'security', variant: '1.0', epoch })], ...changes })

  test('keeps the newest of each layer on each platform, of what was built', () => {
    const records = [
      built('2026-11-20T00:00:00Z'),
      built('2026-11-21T00:00:00Z'),
      built('2026-11-22T00:00:00Z', { verdict: 'failed' }),
      built('2026-11-19T00:00:00Z', { platform: 'linux/arm64' }),
      sampleRecord(),
    ]
    expect([...foldEpochs(records)]).toEqual([
      ['security 1.0 linux/amd64', '2026-11-21T00:00:00Z'],
      ['security 1.0 linux/arm64', '2026-11-19T00:00:00Z'],
    ])
  })
})
