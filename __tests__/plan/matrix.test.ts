import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Leg, PlannedLeg } from '../../src/plan/leg.ts'
import { MAX_SHARDS, MAX_WAVES, renderMatrices, renderMatrix } from '../../src/plan/matrix.ts'
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

const planned = (ids: readonly string[]): readonly PlannedLeg[] =>
  ids.map((id) => ({ leg: leg(id), items: [], writes: [], repeats: [] }))

/** Ids of the legs of each matrix by the name of its output, with what its twin says. */
const legsOf = (outputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => !name.startsWith('has-'))
      .map(([name, text]) => {
        const { include } = JSON.parse(text) as { readonly include: readonly { readonly id: string }[] }
        return [name, `${include.map(({ id }) => id).join(' ')} ${outputs[`has-${name}`] ?? ''}`]
      }),
  )

const NO_WAVES = { 'wave-1': 'none false', 'wave-2': 'none false', 'wave-3': 'none false' }

describe('renderMatrices', () => {
  test.each<{
    readonly what: string
    readonly waves?: readonly (readonly string[])[]
    readonly legs: readonly string[]
    readonly shards?: number
    readonly expected: Readonly<Record<string, string>>
  }>([
    { what: 'nothing to do', legs: [], expected: { ...NO_WAVES, matrix: 'none false' } },
    { what: 'no waves', legs: ['a', 'b'], expected: { ...NO_WAVES, matrix: 'a b true' } },
    {
      what: 'some waves',
      waves: [['x', 'y'], ['z']],
      legs: ['a'],
      expected: { 'wave-1': 'x y true', 'wave-2': 'z true', 'wave-3': 'none false', matrix: 'a true' },
    },
    {
      what: 'all waves',
      waves: [['x'], ['y'], ['z']],
      legs: ['a'],
      expected: { 'wave-1': 'x true', 'wave-2': 'y true', 'wave-3': 'z true', matrix: 'a true' },
    },
    {
      what: 'shards, of which the last has less',
      legs: ['a', 'b', 'c', 'd', 'e'],
      shards: 2,
      expected: { ...NO_WAVES, 'matrix-1': 'a b c true', 'matrix-2': 'd e true' },
    },
    {
      what: 'more shards than legs',
      legs: ['a', 'b'],
      shards: 3,
      expected: { ...NO_WAVES, 'matrix-1': 'a true', 'matrix-2': 'b true', 'matrix-3': 'none false' },
    },
    {
      what: 'shards of nothing, and a wave',
      waves: [['x']],
      legs: [],
      shards: 2,
      expected: { ...NO_WAVES, 'wave-1': 'x true', 'matrix-1': 'none false', 'matrix-2': 'none false' },
    },
  ])('$what', ({ waves = [], legs: ids, shards = 1, expected }) => {
    const outputs = renderMatrices({ waves: waves.map(planned), legs: planned(ids) }, shards)
    expect(legsOf(outputs)).toEqual(expected)
    const names = Object.keys(expected)
    expect(Object.keys(outputs).sort()).toEqual([...names, ...names.map((name) => `has-${name}`)].sort())
  })

  test('every output is a matrix by itself', () => {
    const { 'matrix-1': first = '' } = renderMatrices({ waves: [], legs: planned(['a', 'b']) }, 2)
    expect(first).toBe(renderMatrix([leg('a')]))
  })

  test('spreads as many legs as all shards take, each once and in order', () => {
    const ids = Array.from({ length: 256 * MAX_SHARDS }, (_, index) => `item_${index}`)
    const outputs = legsOf(renderMatrices({ waves: [], legs: planned(ids) }, MAX_SHARDS))
    const shards = Array.from({ length: MAX_SHARDS }, (_, index) => outputs[`matrix-${index + 1}`] ?? '')
    expect(shards.flatMap((shard) => shard.split(' ').slice(0, -1))).toEqual(ids)
    expect(() => renderMatrices({ waves: [], legs: planned([...ids, 'more']) }, MAX_SHARDS)).toThrow(
      'the matrix has 257 legs; expected at most 256',
    )
  })

  test('any number of legs is spread without loss', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 2, max: MAX_SHARDS }), (count, shards) => {
        const ids = Array.from({ length: count }, (_, index) => `i${index}`)
        const outputs = legsOf(renderMatrices({ waves: [], legs: planned(ids) }, shards))
        const names = Array.from({ length: shards }, (_, index) => `matrix-${index + 1}`)
        const spread = names.map((name) => outputs[name] ?? '')
        expect(Object.keys(outputs)).toHaveLength(MAX_WAVES + shards)
        const found = spread.flatMap((shard) => shard.split(' ').slice(0, -1)).filter((id) => id !== 'none')
        expect(found).toEqual(ids)
      }),
    )
  })
})
