import { describe, expect, test } from '@jest/globals'
import type { Leg } from '../../src/plan/leg.ts'
import { renderMatrix } from '../../src/plan/matrix.ts'
import { sampleLeg } from '../support/samples.ts'

const leg = (id: string, changes: Partial<Leg> = {}): Leg => sampleLeg({ id, name: `amd64 · ${id}`, ...changes })

const legs = (count: number, changes: Partial<Leg> = {}): readonly Leg[] =>
  Array.from({ length: count }, (_, index) => leg(`item_${index}`, changes))

describe('renderMatrix', () => {
  test('is what strategy.matrix takes', () => {
    expect(JSON.parse(renderMatrix([leg('a')]))).toEqual({ include: [leg('a')] })
  })

  test('is never empty, since GitHub fails a job with an empty matrix', () => {
    expect(JSON.parse(renderMatrix([]))).toEqual({
      include: [{ id: 'none', name: 'nothing to do', 'runs-on': 'ubuntu-24.04' }],
    })
  })

  test('stands on one line', () => {
    expect(renderMatrix([leg('a\nb')])).not.toContain('\n')
  })

  test('takes as many legs as GitHub does, and no more', () => {
    expect(renderMatrix(legs(256)).length).toBeGreaterThan(0)
    expect(() => renderMatrix(legs(257))).toThrow('the matrix has 257 legs; expected at most 256')
  })

  test('refuses what would not fit into a job', () => {
    const label = 'x'.repeat(66_000)
    expect(() => renderMatrix([leg('a', { 'runs-on': [label] })])).toThrow('leg a is too large to be handed to a job')
    expect(() => renderMatrix(legs(200, { 'runs-on': label.slice(0, 2_000) }))).toThrow(
      /the matrix output has \d+ characters/,
    )
  })
})
