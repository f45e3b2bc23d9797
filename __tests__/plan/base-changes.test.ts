import { describe, expect, test } from '@jest/globals'
import { workItemName } from '../../src/factory/work-item.ts'
import type { KeyInput } from '../../src/layers/key-input.ts'
import { findBaseChanges } from '../../src/plan/base-changes.ts'
import type { PlannedPrefix } from '../../src/plan/prefixes.ts'
import { sampleRecord, sampleRecordLayer } from '../support/records.ts'
import { samplePrefix, sampleWork } from '../support/samples.ts'

const base = (digest: string): KeyInput => ({ kind: 'image', name: 'ubuntu:24.04', digest })
const go = (digest: string): KeyInput => ({ kind: 'image', name: 'golang:1', digest })

const ITEMS = ['serve', 'train'].map((manifestId) => sampleWork({ manifestId }))

const sources = (state: PlannedPrefix['state'] = 'cold') => ({
  items: ITEMS,
  tops: [1, 2],
  prefixes: [
    samplePrefix({ key: 'core', below: [base('new')], costMs: 60_000, state }),
    samplePrefix({ key: 'serve', parent: 0, below: [], content: 1, costMs: 10_000, state }),
    samplePrefix({ key: 'train', parent: 0, below: [], costMs: 20_000, state }),
  ],
  contents: [
    { steps: 1, inputs: [], auxiliary: false, unpinned: [] },
    { steps: 1, inputs: [go('same')], auxiliary: true, unpinned: [] },
  ],
  images: [{ reference: 'ubuntu:24.04', pinned: '', digest: 'sha256:new', platforms: [], contents: {} }],
})

const records = (...inputs: readonly KeyInput[]) =>
  new Map(
    ITEMS.map((item) => [
      workItemName(item),
      sampleRecord({
        images: [{ reference: 'ubuntu:24.04', digest: 'sha256:old' }],
        layers: [sampleRecordLayer({ inputs })],
      }),
    ]),
  )

describe('findBaseChanges', () => {
  test('are images that are another than in the last builds, with what must run for it, each prefix once', () => {
    expect(findBaseChanges(sources(), records(base('old'), go('same')))).toEqual([
      { reference: 'ubuntu:24.04', before: 'sha256:old', now: 'sha256:new', items: [0, 1], costMs: 90_000 },
    ])
  })

  test('cost nothing once their prefixes are there', () => {
    expect(findBaseChanges(sources('warm'), records(base('old')))).toMatchObject([{ costMs: 0 }])
  })

  test('are images that fragments name, too', () => {
    const found = findBaseChanges(sources(), records(base('new'), go('other')))
    expect(found).toEqual([{ reference: 'golang:1', items: [0], costMs: 70_000 }])
  })

  test('are none where nothing moved but an index digest, where an image is new, or nothing was built before', () => {
    expect(findBaseChanges(sources(), records(base('new'), go('same')))).toEqual([])
    expect(findBaseChanges(sources(), records())).toEqual([])
    expect(findBaseChanges(sources(), new Map())).toEqual([])
  })
})
