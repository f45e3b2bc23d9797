import { describe, expect, test } from '@jest/globals'
import { findRollovers } from '../../src/plan/rollovers.ts'
import { sampleLayer, samplePrefix, sampleWork } from '../support/samples.ts'

const DAY = 86_400_000

const LAYERS = [{ name: 'core' }, { name: 'security', maxAge: 7 * DAY }, { name: 'app', maxAge: DAY }]

const layers = (app: string, epoch?: string) => [
  sampleLayer({ layer: 'core' }),
  sampleLayer({ layer: 'security', variant: '1.0', epoch: '2026-11-28T05:00:00Z' }),
  sampleLayer({ layer: 'app', variant: app, ...(epoch === undefined ? {} : { epoch }) }),
]

const SOURCES = {
  items: [
    sampleWork({ manifestId: 'serve', layers: layers('serve', '2026-11-29T00:00:00Z') }),
    sampleWork({ manifestId: 'train', layers: layers('train') }),
  ],
  tops: [2, 3],
  prefixes: [
    samplePrefix({ layer: 'core', costMs: 1 }),
    samplePrefix({ layer: 'security', variant: '1.0', parent: 0, costMs: 10, content: 1 }),
    samplePrefix({ layer: 'app', variant: 'serve', parent: 1, costMs: 100 }),
    samplePrefix({ layer: 'app', variant: 'train', parent: 1, costMs: 1000, item: 1 }),
  ],
  contents: [
    { steps: 1, inputs: [], auxiliary: false, unpinned: [] },
    { steps: 3, inputs: [], auxiliary: false, unpinned: [] },
  ],
}

describe('findRollovers', () => {
  test('says of each layer with an age what is built again with it, each prefix once, the next one first', () => {
    expect(findRollovers(SOURCES, LAYERS)).toEqual([
      {
        ...{ layer: 'app', variant: 'serve', since: '2026-11-29T00:00:00Z', until: '2026-11-30T00:00:00Z' },
        ...{ steps: 1, manifests: 1, costMs: 100 },
      },
      {
        ...{ layer: 'security', variant: '1.0', since: '2026-11-28T05:00:00Z', until: '2026-12-05T05:00:00Z' },
        ...{ steps: 5, manifests: 2, costMs: 1110 },
      },
    ])
  })

  test('is nothing where no layer has an age', () => {
    expect(findRollovers(SOURCES, [{ name: 'core' }])).toEqual([])
  })
})
