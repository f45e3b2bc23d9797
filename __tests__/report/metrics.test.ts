import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { renderMetrics } from '../../src/report/metrics.ts'
import { parseOpenMetrics } from '../support/openmetrics.ts'
import { FIRST } from '../support/run-records.ts'
import { anyText } from './hostile.ts'
import { hostileReport, mixedReport, reportOf } from './run-samples.ts'

describe('renderMetrics', () => {
  const report = mixedReport()
  const families = new Map(parseOpenMetrics(renderMetrics(report)).map((family) => [family.name, family]))
  const valuesOf = (name: string) => families.get(name)?.samples.map(({ value }) => value)

  test('says what the report says', () => {
    expect(valuesOf('strata_cache_hit_ratio')).toEqual([report.hitRatio])
    expect(valuesOf('strata_steps_unique')).toEqual([report.counts.total])
    expect(valuesOf('strata_steps_run')).toEqual([report.stepsRun])
    expect(valuesOf('strata_step_time_seconds')).toEqual([report.execMs / 1000])
    expect(families.get('strata_work_items')?.samples).toEqual(
      [
        ['built', 11],
        ['failed', 1],
        ['canceled', 0],
        ['missing', 4],
      ].map(([verdict, value]) => ({
        ...{ name: 'strata_work_items', labels: { factory: 'llm-factory', verdict }, value },
      })),
    )
  })

  test('counts the steps of each layer and platform, which are those of the run', () => {
    const [cached, run] = [valuesOf('strata_layer_steps_cached') ?? [], valuesOf('strata_layer_steps_run') ?? []]
    expect(cached).toHaveLength(8)
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    expect([sum(cached), sum(run)]).toEqual([report.counts.cached, report.stepsRun])
  })

  test('is OpenMetrics for any run and any name', () => {
    expect(() => parseOpenMetrics(renderMetrics(reportOf({ cold: FIRST })))).not.toThrow()
    fc.assert(
      fc.property(anyText, (text) => {
        const [first] = parseOpenMetrics(renderMetrics(hostileReport(text)))
        expect(first?.samples[0]?.labels['factory']).toBe(text.toWellFormed())
      }),
      { numRuns: 300 },
    )
  })
})

describe('the parser of the test takes no', () => {
  const WHOLE = '# TYPE a gauge\n# HELP a Words.\na{b="c"} 1\n# EOF\n'

  test.each([
    ['end that is missing', WHOLE.replace('# EOF\n', '')],
    ['unit that is not in the name', WHOLE.replace('# HELP', '# UNIT a seconds\n# HELP')],
    ['sample that stands twice', WHOLE.replace('# EOF', 'a{b="c"} 2\n# EOF')],
    ['family that is begun again', WHOLE.replace('# EOF', '# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF')],
    ['quote that is not escaped', WHOLE.replace('"c"', '"c"d"')],
    ['sample of another name', WHOLE.replace('a{', 'b{')],
    ['value that is no number', WHOLE.replace(' 1', ' one')],
    ['empty line', WHOLE.replace('# EOF', '\n# EOF')],
  ])('%s', (_, text) => {
    expect(parseOpenMetrics(WHOLE)).toHaveLength(1)
    expect(() => parseOpenMetrics(text)).toThrow()
  })
})
