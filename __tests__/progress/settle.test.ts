import { describe, expect, test } from '@jest/globals'
import { countSteps, countUnique } from '../../src/progress/build-result.ts'
import type { BuildResult, StepResult, TargetResult } from '../../src/progress/build-result.ts'
import { settleBuilt } from '../../src/progress/settle.ts'
import { outcomes, steps } from './fixture.ts'

/** Outcomes of a target's steps. Those with a `-` behind them were never declared, all others have one vertex each. */
type Outcomes = readonly (StepResult['outcome'] | 'skipped-')[]

const targetOf = (target: string, all: Outcomes): TargetResult => {
  const results = steps(...all.map((_, index) => `core ${index + 1} RUN a`)).map((step, index): StepResult => {
    const outcome = all[index] ?? 'skipped-'
    const digests = outcome === 'skipped-' ? [] : [`vertex-${index}`]
    const figures = { execMs: outcome === 'run' ? 5 : 0, loadMs: 0, downloadedBytes: 0, interrupted: false }
    return { step, outcome: outcome === 'skipped-' ? 'skipped' : outcome, digests, ...figures }
  })
  return { target, steps: results, counts: countSteps(results), imports: [], exports: [], downloadedBytes: 0 }
}

const resultOf = (...all: readonly Outcomes[]): BuildResult => {
  const targets = all.map((each, index) => targetOf(`t${index}`, each))
  return { targets, unique: countUnique(targets.flatMap((target) => target.steps)), images: [], downloadedBytes: 7 }
}

describe('a call that built every target', () => {
  test.each<{ what: string; steps: Outcomes; expected: string; cached: number; total: number }>([
    { what: 'what ran and what came from cache', steps: ['run', 'hit'], expected: 'run hit', cached: 1, total: 2 },
    {
      what: 'a step that was declared and not needed',
      steps: ['skipped', 'hit'],
      expected: 'hit hit',
      cached: 2,
      total: 2,
    },
    {
      what: 'a step that a faster equal one stopped',
      steps: ['canceled', 'run'],
      expected: 'hit run',
      cached: 1,
      total: 2,
    },
    {
      what: 'a step that BuildKit never named',
      steps: ['skipped-', 'run'],
      expected: 'skipped run',
      cached: 0,
      total: 1,
    },
    { what: 'no step', steps: [], expected: '', cached: 0, total: 0 },
  ])('counts $what', ({ steps: all, expected, cached, total }) => {
    const settled = settleBuilt(resultOf(all))
    expect(outcomes(settled)).toEqual([`t0: ${expected}`])
    expect(settled.targets[0]?.counts).toMatchObject({ cached, total, ratio: total === 0 ? 1 : cached / total })
    expect(settled.unique).toEqual(settled.targets[0]?.counts)
  })

  test('a step that ran for one target and was there for the other ran once', () => {
    const settled = settleBuilt(resultOf(['run', 'run'], ['skipped', 'canceled']))
    expect(outcomes(settled)).toEqual(['t0: run run', 't1: hit hit'])
    expect(settled.unique).toEqual({ cached: 0, total: 2, ratio: 0, execMs: 10 })
  })

  test('has no target that was stopped', () => {
    const { targets, ...rest } = resultOf(['canceled'])
    const stopped = targets.map((target) => ({ ...target, error: 'context canceled', canceled: true as const }))
    const settled = settleBuilt({ ...rest, targets: stopped })
    expect(settled.targets[0]).not.toHaveProperty('error')
    expect(settled.targets[0]).not.toHaveProperty('canceled')
    expect(settled.downloadedBytes).toBe(7)
  })
})
