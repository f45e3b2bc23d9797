import { describe, expect, test } from '@jest/globals'
import type { RecordStep } from '../../src/records/record.ts'
import type { LegLayer } from '../../src/report/leg-layer.ts'
import { type CacheFacts, missReasons } from '../../src/report/miss-reason.ts'
import { sampleRecordStep } from '../support/records.ts'

const layer = (name: string, changes: Partial<LegLayer> = {}): LegLayer => ({
  ...{ layer: name, variant: '1', key: `key-${name}`, ref: `ref-${name}`, inputs: [], costMs: 0, measured: 0 },
  ...{ state: 'cold', repeated: false },
  ...changes,
})

const FACTS: CacheFacts = {
  access: { read: true, write: true, reason: 'a test' },
  ...{ noCache: false, byContent: true, known: new Set(), broken: new Set(), reads: [] },
}

const RAN = [sampleRecordStep({ line: 4, text: 'RUN a' })]
const HIT = [sampleRecordStep({ outcome: 'hit', execMs: 0 })]

const reasons = (layers: readonly (readonly [LegLayer, readonly RecordStep[]])[], facts: Partial<CacheFacts> = {}) =>
  missReasons(
    layers.map(([each, steps]) => ({ layer: each, steps })),
    { ...FACTS, ...facts },
  )

const only = (changes: Partial<LegLayer>, facts: Partial<CacheFacts> = {}) =>
  reasons([[layer('core', changes), RAN]], facts)[0]

describe('missReasons', () => {
  test('has none for a layer in which nothing ran', () => {
    expect(
      reasons([
        [layer('core'), HIT],
        [layer('app'), []],
      ]),
    ).toEqual([undefined, undefined])
    expect(reasons([[layer('core'), [sampleRecordStep({ outcome: 'skipped' })]]])).toEqual([undefined])
  })

  const planned = { kind: 'argument', subject: 'A', evidence: ['argument A changed'] } as const

  test('takes what the plan found, and without that it is a first build', () => {
    expect(only({ reason: planned })).toEqual(planned)
    expect(only({})).toMatchObject({ kind: 'first-build' })
    expect(reasons([[layer('core'), [sampleRecordStep({ outcome: 'failed' })]]])).toMatchObject([
      { kind: 'first-build' },
    ])
  })

  test.each<[string, Partial<LegLayer>, Partial<CacheFacts>, object]>([
    [
      'the run reads no cache',
      { reason: planned },
      { access: { read: false, write: false, reason: 'caching is turned off' } },
      { kind: 'not-read', evidence: ['caching is turned off'] },
    ],
    ['no-cache is given', { reason: planned }, { noCache: true }, { kind: 'not-read' }],
    [
      'its ref is there',
      {},
      { known: new Set(['ref-core']) },
      { kind: 'disagreed', subject: 'ref-core', evidence: ['line 4: RUN a'] },
    ],
    ['its ref was there when it was planned', { state: 'warm' }, {}, { kind: 'ref-missing', subject: 'ref-core' }],
    ['a ref above it was', { state: 'covered' }, {}, { kind: 'ref-missing', subject: 'ref-core' }],
    [
      'its ref could not be read',
      {},
      { known: new Set(['ref-core']), reads: [{ ref: 'ref-core', error: 'timeout' }] },
      { kind: 'import-failed', subject: 'ref-core', evidence: ['ref-core: timeout'] },
    ],
    [
      'its registry lost a blob',
      {},
      { known: new Set(['ref-core']), broken: new Set(['ref-core']), reads: [{ ref: 'ref-core', error: 'gone' }] },
      { kind: 'import-failed', evidence: ['ref-core: the registry has lost a blob that it lists'] },
    ],
    [
      'the job saw other inputs',
      { differs: 'core 1, first of files a' },
      {},
      { kind: 'plan-differs', evidence: ['core 1, first of files a'] },
    ],
    ['the plan repeats it', { repeated: true }, {}, { kind: 'repeated' }],
    ['the plan repeats what changed', { repeated: true, reason: planned }, {}, { kind: 'argument', subject: 'A' }],
  ])('when %s', (_, changes, facts, expected) => {
    expect(only(changes, facts)).toMatchObject(expected)
  })

  test('does not blame an import for a layer that was cold', () => {
    expect(only({ reason: planned }, { reads: [{ ref: 'older', error: 'timeout' }] })).toEqual(planned)
  })

  test('takes no ref that was never written for one that cannot be read', () => {
    const { ref: _, state: __, ...unnamed } = layer('core')
    const facts = { byContent: false, reads: [{ ref: 'repo:serve', error: 'repo:serve: not found' }] }
    expect(reasons([[unnamed, RAN]], facts)).toMatchObject([{ kind: 'first-build' }])
    const broken = { byContent: false, reads: [{ ref: 'repo:serve', error: '503' }] }
    expect(reasons([[unnamed, RAN]], broken)).toMatchObject([{ kind: 'import-failed' }])
  })

  test('of a chain whose highest ref is there, the lowest that ran disagreed, and the others stand on it', () => {
    const chain = [layer('security'), layer('core'), layer('app'), layer('top', { reason: planned })].map(
      (each, index) => [each, index === 0 ? HIT : RAN] as const,
    )
    expect(reasons(chain, { known: new Set(['ref-app']) })).toMatchObject([
      ...[undefined, { kind: 'disagreed', subject: 'ref-core' }],
      { kind: 'parent', subject: 'core/1', root: { layer: 'core', variant: '1' } },
      planned,
    ])
  })
})
