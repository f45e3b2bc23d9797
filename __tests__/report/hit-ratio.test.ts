import { describe, expect, test } from '@jest/globals'
import { checkHitRatios, type WantedRatios } from '../../src/report/hit-ratio.ts'
import { changed, reportOf } from './run-samples.ts'

const REPORT = reportOf({ cold: changed })
const CAUSES =
  'core/0.1.0: fragment fragments/core/0.1.0.Dockerfile changed → 32 steps; app/app-2: cache ref missing → 6 steps'

describe('checkHitRatios', () => {
  test.each<{ readonly name: string; readonly wanted: WantedRatios; readonly expected: readonly string[] }>([
    { name: 'nothing wanted', wanted: { layers: {} }, expected: [] },
    { name: 'all reached', wanted: { all: 0.4, layers: { security: 1, core: 0.5 } }, expected: [] },
    {
      name: 'the run falls short',
      wanted: { all: 0.9, layers: {} },
      expected: ['the run came from cache to 44%, less than the 90% of input min-hit-ratio', CAUSES],
    },
    {
      name: 'a layer falls short',
      wanted: { layers: { core: 0.75, security: 1 } },
      expected: ['layer core came from cache to 50%, less than the 75% of input min-hit-ratio', CAUSES],
    },
    { name: 'a layer without steps is all hits', wanted: { layers: { base: 1 } }, expected: [] },
  ])('$name', ({ wanted, expected }) => {
    expect(checkHitRatios(REPORT, wanted)).toEqual(expected)
  })

  test('refuses a layer that the run does not have', () => {
    expect(() => checkHitRatios(REPORT, { layers: { cor: 0.5 } })).toThrow(
      'input min-hit-ratio names the layer "cor"; expected base, security, core, light, app; did you mean "core"?',
    )
  })
})
