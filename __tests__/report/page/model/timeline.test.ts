import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { layTimeline, ticksOf } from '../../../../src/report/page/model/timeline.ts'
import type { ReportLeg } from '../../../../src/report/run-report.ts'
import { sampleRunReport } from '../../../support/run-report/run-report.ts'

const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 22) + seconds * 1_000).toISOString()

const leg = (id: string, from: number, to: number, changes: Partial<ReportLeg> = {}): ReportLeg => ({
  ...{ id, name: id, kind: id.startsWith('wave') ? 'wave' : 'build', status: 'built', attempt: 1 },
  ...{ startedAt: at(from), finishedAt: at(to), items: 1, counts: { total: 1, cached: 0 }, spans: [] },
  ...changes,
})

const missing = (id: string): ReportLeg => {
  const { startedAt: _, finishedAt: __, ...rest } = leg(id, 0, 0, { status: 'missing' })
  return rest
}

const lay = (legs: readonly ReportLeg[]) => layTimeline(sampleRunReport({ startedAt: at(0), finishedAt: at(90), legs }))

describe('layTimeline', () => {
  test('puts waves before builds, each by its start, and what is missing last', () => {
    const legs = [leg('b', 70, 90), missing('gone'), leg('a', 61, 80), leg('wave-2-x', 31, 60), leg('wave-1-x', 0, 30)]
    expect(lay(legs).legs.map(({ leg: { id }, wave }) => `${wave} ${id}`)).toEqual([
      '1 wave-1-x',
      '2 wave-2-x',
      '0 a',
      '0 b',
      '0 gone',
    ])
  })

  test('a leg waited for the leg of an earlier wave that ended last', () => {
    const legs = [leg('wave-1-a', 0, 20), leg('wave-1-b', 0, 30), leg('wave-2-a', 32, 50), leg('a', 55, 90)]
    expect(lay(legs).legs.map(({ waitedFor }) => waitedFor)).toEqual([
      undefined,
      undefined,
      { name: 'wave-1-b', until: 30_000 },
      { name: 'wave-2-a', until: 50_000 },
    ])
  })

  test('a leg that ran beside a wave did not wait for it', () => {
    expect(lay([leg('wave-1-a', 0, 60), leg('a', 10, 90)]).legs[1]?.waitedFor).toBeUndefined()
  })

  test('drops spans without times, and times count from the first start', () => {
    const spans = [
      { label: 'a', outcome: 'run', startedAt: at(10), completedAt: at(12) },
      { label: 'b', outcome: 'hit', startedAt: 'soon', completedAt: at(12) },
    ] as const
    const { legs, total } = layTimeline(
      sampleRunReport({ startedAt: at(5), finishedAt: at(65), legs: [leg('a', 5, 60, { spans })] }),
    )
    expect(legs[0]?.spans).toEqual([{ from: 5_000, to: 7_000, label: 'a', outcome: 'run' }])
    expect([legs[0]?.ran, total]).toEqual([{ from: 0, to: 55_000 }, 60_000])
  })

  test('has a length even of nothing', () => {
    expect(layTimeline(sampleRunReport({ startedAt: 'x', finishedAt: 'y', legs: [] }))).toEqual({ legs: [], total: 1 })
  })
})

test('an axis has a few ticks, evenly apart, and none beyond its end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 * 86_400_000 }), (total) => {
      const ticks = ticksOf(total)
      expect(ticks.length).toBeLessThanOrEqual(7)
      expect(ticks[0]).toBe(0)
      expect(ticks.at(-1)).toBeLessThanOrEqual(total)
    }),
  )
})
