import { describe, expect, test } from '@jest/globals'
import { workItemName } from '../../src/factory/work-item.ts'
import { earlierRefs, type EarlierRecords } from '../../src/plan/earlier.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'
import { sampleWork } from '../support/samples.ts'
import { treeOf } from './trees.ts'

const ITEMS = ['serve', 'train'].map((manifestId) => sampleWork({ manifestId }))
const TREE = treeOf([undefined, 0, 0], [1, 2])

const ref = (tag: string): string => `registry.example/acme/cache:${tag}`

/** A record of each work item, with the refs of its core and its app. */
const recordsOf = (refs: Readonly<Record<string, readonly (string | undefined)[]>>): EarlierRecords =>
  new Map(
    Object.entries(refs).map(([manifestId, [core, app]]) => {
      const layers = [
        sampleRecordLayer({ layer: 'core', ...(core === undefined ? {} : { ref: ref(core) }) }),
        sampleRecordLayer({ layer: 'app', ...(app === undefined ? {} : { ref: ref(app) }) }),
      ]
      const record = sampleRecord({ manifest_id: manifestId, layers })
      return [workItemName({ manifestId, platform: record.platform }), record] as const
    }),
  )

const refsOf = (records: EarlierRecords, items = ITEMS) => {
  const of = earlierRefs(items, TREE, records)
  return [0, 1, 2].map(of)
}

describe('earlierRefs', () => {
  test('are those that the layers of the same work items had', () => {
    const records = recordsOf({ serve: ['core-old', 'serve-old'], train: ['core-old', 'train-old'] })
    expect(refsOf(records)).toEqual([[ref('core-old')], [ref('serve-old')], [ref('train-old')]])
  })

  test('are all that a shared prefix had before', () => {
    const records = recordsOf({ serve: ['core-a', 'a'], train: ['core-b', 'b'] })
    expect(refsOf(records)).toEqual([[ref('core-a'), ref('core-b')], [ref('a')], [ref('b')]])
  })

  test('are none without a record, of new work items, on another platform, or where refs were not named by content', () => {
    const none = [[], [], []]
    expect(refsOf(new Map())).toEqual(none)
    expect(refsOf(recordsOf({ other: ['a', 'b'] }))).toEqual(none)
    const arm = ITEMS.map((item) => ({ ...item, platform: 'linux/arm64' }))
    expect(refsOf(recordsOf({ serve: ['a', 'b'] }), arm)).toEqual(none)
    expect(refsOf(recordsOf({ serve: [undefined, undefined] }))).toEqual(none)
  })
})
