import { describe, expect, test } from '@jest/globals'
import { legLayers } from '../../../src/commands/building/leg-layers.ts'
import { parseFragment } from '../../../src/fragment/parse.ts'
import type { LayerTree, Prefix } from '../../../src/layers/tree.ts'
import { samplePlan } from '../../report/samples.ts'
import { sampleLayer, samplePrefix, sampleWork } from '../../support/samples.ts'

const FRAGMENTS = new Map(
  Object.entries({ 'env.Dockerfile': 'ARG A=1\nENV A=$A\n', 'core.Dockerfile': 'ARG B=2\nRUN b\n' }).map(
    ([file, text]) => [file, parseFragment(file, text, { layers: [], contexts: [] })],
  ),
)

const BASE = sampleLayer()
const ENV = sampleLayer({ layer: 'env', variant: '1', fragment: 'env.Dockerfile' })
const CORE = sampleLayer({ layer: 'core', variant: '1', fragment: 'core.Dockerfile' })
const ITEM = sampleWork({ layers: [BASE, ENV, CORE] })
const KEY = 'k'.repeat(64)

const prefix: Prefix = {
  ...{ platform: 'linux/amd64', layer: CORE, below: [], key: KEY },
  content: {
    ...{ steps: 1, stepsBy: { RUN: 1 }, digest: '', image: '', auxiliary: false, unpinned: [] },
    inputs: [
      { kind: 'fragment', name: 'core.Dockerfile', digest: 'f' },
      { kind: 'files', name: 'src/', digest: 's' },
    ],
  },
}
const TREE: LayerTree = { prefixes: [prefix], tops: [0] }

const layersOf = (key = KEY) => {
  const reason = { kind: 'argument', subject: 'B', evidence: [] } as const
  const planned = samplePrefix({ layer: 'core', variant: '1', key, costMs: 7, measured: 0.5, state: 'cold', reason })
  const plan = samplePlan({ items: [ITEM], tops: [0], prefixes: [planned] })
  const world = { files: { '.': { 'src/a': '644 x', other: '644 y' } }, context: '.', fragments: FRAGMENTS }
  const items = [{ index: 0, item: ITEM }]
  return legLayers({ plan, leg: undefined, items, tree: TREE, world, refOf: () => 'repo:core' })[0]
}

describe('legLayers', () => {
  test('has every layer, with what the plan says of those that have steps', () => {
    expect(layersOf()).toEqual([
      expect.objectContaining({ layer: 'base', inputs: [], repeated: false }),
      expect.objectContaining({
        layer: 'env',
        fragment: {
          file: 'env.Dockerfile',
          digest: expect.stringMatching(/^[0-9a-f]{16}$/),
          text: 'ARG A=…\nENV A=$A',
        },
      }),
      {
        ...{ layer: 'core', variant: '1', key: KEY, ref: 'repo:core', inputs: prefix.content.inputs },
        ...{ costMs: 7, measured: 0.5, state: 'cold', reason: { kind: 'argument', subject: 'B', evidence: [] } },
        fragment: { file: 'core.Dockerfile', digest: 'f', text: 'ARG B=…\nRUN b' },
        ...{ files: { 'src/': { 'src/a': '644 x' } }, repeated: false },
      },
    ])
  })

  test('says what is another than in the plan, whose state and reason then do not hold', () => {
    const core = layersOf('another')?.at(-1)
    expect(core).toMatchObject({ key: KEY, differs: expect.any(String) })
    expect(core).not.toHaveProperty('state')
    expect(core).not.toHaveProperty('reason')
  })
})
