import { describe, expect, test } from '@jest/globals'
import type { PrefixState } from '../../src/plan/prefixes.ts'
import { dueProbes, foldProbes, isNewAnswer, probedLayer } from '../../src/plan/probes.ts'
import { foldEpochs } from '../../src/plan/epochs.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'

const DAY = 86_400_000
const NOW = new Date('2026-11-28T12:00:00.000Z')
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * DAY).toISOString()

const LAYERS = [{ name: 'base', maxAge: DAY }, { name: 'security', maxAge: 7 * DAY, probe: 'list' }, { name: 'app' }]

const prefix = (layer: string, state: PrefixState = 'warm', key = `${layer} key`) => ({ layer, state, key })
const answer = (at: string, digest = 'a') => ({ at, digest })

const record = (probe: ReturnType<typeof answer> | undefined, key = 'security key') =>
  sampleRecord({
    kind: 'prefix',
    layers: [sampleRecordLayer({ layer: 'security', key, ...(probe === undefined ? {} : { probe }) })],
  })

describe('dueProbes', () => {
  const due = (prefixes: readonly ReturnType<typeof prefix>[], at?: string) => {
    const known = new Map(at === undefined ? [] : [['security key', answer(at)]])
    return dueProbes(prefixes, { now: NOW, layers: LAYERS, known }).map((probe) => probe.prefix)
  }
  test.each<readonly [string, readonly ReturnType<typeof prefix>[], string | undefined, readonly number[]]>([
    ['never asked', [prefix('base'), prefix('security'), prefix('app')], undefined, [1]],
    ['asked lately', [prefix('security')], daysAgo(6.9), []],
    ['asked as long ago as its answer holds', [prefix('security')], daysAgo(7), [0]],
    ['another prefix of the layer', [prefix('security'), prefix('security', 'warm', 'other')], daysAgo(1), [1]],
    ['covered by the ref of another prefix', [prefix('security', 'covered')], undefined, [0]],
    ['cold: it is built anyway', [prefix('security', 'cold')], undefined, []],
    ['nobody knows whether it is cached', [prefix('security', 'unknown')], undefined, []],
  ])('%s', (_, prefixes, at, expected) => {
    expect(due(prefixes, at)).toEqual(expected)
  })

  test('say what is asked, and what the answer was', () => {
    const known = new Map([['security key', answer(daysAgo(8))]])
    expect(dueProbes([prefix('security')], { now: NOW, layers: LAYERS, known })).toEqual([
      { prefix: 0, command: 'list', before: answer(daysAgo(8)) },
    ])
  })
})

describe('foldProbes', () => {
  test('has the newest answer for each prefix, whatever the order', () => {
    const records = [record(answer(daysAgo(3))), record(answer(daysAgo(1), 'b')), record(answer(daysAgo(2)), 'other')]
    const expected = { 'security key': answer(daysAgo(1), 'b'), other: answer(daysAgo(2)) }
    for (const each of [records, records.toReversed()]) expect(Object.fromEntries(foldProbes(each))).toEqual(expected)
    expect(foldProbes([record(undefined)]).size).toBe(0)
  })
})

describe('the epoch of a layer with a probe', () => {
  const before = answer(daysAgo(7), 'a')
  test.each([
    ['first answer, no epoch', undefined, undefined, 'a', undefined],
    ['first answer, known epoch', undefined, daysAgo(30), 'a', daysAgo(30)],
    ['same answer', before, daysAgo(30), 'a', daysAgo(30)],
    ['same answer, no epoch', before, undefined, 'a', undefined],
    ['another answer', before, daysAgo(30), 'b', '2026-11-28T12:00:00Z'],
    ['another answer, no epoch', before, undefined, 'b', '2026-11-28T12:00:00Z'],
  ])('%s', (_, last, epoch, digest, expected) => {
    const layer = sampleRecordLayer({ layer: 'security', ...(epoch === undefined ? {} : { epoch }) })
    const probed = probedLayer(layer, { ...(last === undefined ? {} : { before: last }), digest, now: NOW })
    expect(probed).toMatchObject({ probe: { digest, at: '2026-11-28T12:00:00Z' } })
    expect(probed.epoch).toBe(expected)
    expect(foldEpochs([sampleRecord({ kind: 'prefix', layers: [probed] })]).get('security 0.1.0 linux/amd64')).toBe(
      expected,
    )
  })

  test('an answer is new only where there was one', () => {
    expect(isNewAnswer(undefined, 'a')).toBe(false)
    expect(isNewAnswer(before, 'a')).toBe(false)
    expect(isNewAnswer(before, 'b')).toBe(true)
  })
})
