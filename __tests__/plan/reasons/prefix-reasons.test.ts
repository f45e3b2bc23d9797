import { describe, expect, test } from '@jest/globals'
import { workItemName } from '../../../src/factory/work-item.ts'
import type { EarlierRecords } from '../../../src/plan/earlier.ts'
import { recordedItems } from '../../../src/plan/recorded.ts'
import type { LayerNow } from '../../../src/plan/reasons/layer-reason.ts'
import { prefixReasons } from '../../../src/plan/reasons/prefix-reasons.ts'
import type { PrefixState } from '../../../src/plan/prefixes.ts'
import { sampleRecord, sampleRecordLayer } from '../../support/records.ts'
import { samplePrefix, sampleWork } from '../../support/samples.ts'
import { treeOf } from '../trees.ts'

/** Two work items on one prefix. */
const ITEMS = ['serve', 'train'].map((manifestId) => sampleWork({ manifestId }))
const TREE = treeOf([undefined, 0, 0], [1, 2])
const NAMES = ['core', 'app', 'app'] as const

const layers = (index: number): readonly LayerNow[] => [
  { ...{ layer: NAMES[index] ?? '', variant: '1', key: `new-${index}`, inputs: [] }, files: () => undefined },
]

/** Records in which the core had another argument and the app was the same. */
const recordsOf = (...ids: readonly string[]): EarlierRecords =>
  new Map(
    ids.map((manifestId) => {
      const core = [{ kind: 'argument', name: `A-${manifestId}`, digest: 'x' }] as const
      const { fragment: _, ...layer } = sampleRecordLayer({ variant: '1' })
      const both = [
        { ...layer, layer: 'core', key: 'a', inputs: core },
        { ...layer, layer: 'app', key: 'b' },
      ]
      const record = sampleRecord({ manifest_id: manifestId, layers: both })
      return [workItemName({ manifestId, platform: record.platform }), record] as const
    }),
  )

const reasonsOf = (records: EarlierRecords, ...states: readonly PrefixState[]) =>
  prefixReasons(
    { items: ITEMS, tree: TREE, states: states.map((state) => ({ state })), layers, images: new Map() },
    records,
  ).map((reason) => reason && `${reason.kind} ${reason.subject ?? ''}`)

describe('prefixReasons', () => {
  test('finds the reason of a shared prefix in the record of the first work item that has one', () => {
    expect(reasonsOf(recordsOf('train', 'serve'), 'cold', 'cold', 'unknown')).toEqual([
      ...['argument A-serve', 'parent core/1', 'parent core/1'],
    ])
    expect(reasonsOf(recordsOf('train'), 'cold', 'cold', 'cold')).toEqual([
      ...['argument A-train', undefined, 'parent core/1'],
    ])
  })

  test('has none for what need not run, and takes what nobody knows of for what must', () => {
    expect(reasonsOf(recordsOf('serve', 'train'), 'warm', 'covered', 'cold')).toEqual([
      ...[undefined, undefined, 'parent core/1'],
    ])
    expect(reasonsOf(recordsOf('serve'))).toEqual(['argument A-serve', 'parent core/1', undefined])
    expect(reasonsOf(new Map(), 'cold', 'cold', 'cold')).toEqual([undefined, undefined, undefined])
  })
})

test('recordedItems are those whose record of this branch has the same keys', () => {
  const prefixes = [
    samplePrefix({ key: 'a' }),
    samplePrefix({ parent: 0, key: 'b' }),
    samplePrefix({ parent: 0, key: 'c' }),
  ]
  const work = { items: ITEMS, tops: [1, 2], prefixes, imageKeys: ['image', 'image'] }
  const records = new Map(
    [...recordsOf('serve', 'train')].map(([name, record]) => [name, { ...record, imageKey: 'image' }]),
  )
  expect(recordedItems(work, records, 'main')).toEqual([0])
  expect(recordedItems(work, records, 'next')).toEqual([])
  // Another image of the same steps: a label or a command changed.
  expect(recordedItems({ ...work, imageKeys: ['other', 'image'] }, records, 'main')).toEqual([])
  expect(recordedItems(work, new Map(), 'main')).toEqual([])
})
