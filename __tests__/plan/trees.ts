import type { LayerContent } from '../../src/layers/layer-content.ts'
import type { LayerTree, Prefix } from '../../src/layers/tree.ts'
import { sampleLayer } from '../support/samples.ts'

/** What a layer with one RUN is made of. */
export const sampleContent = (changes: Partial<LayerContent> = {}): LayerContent => ({
  ...{ steps: 1, stepsBy: { RUN: 1 }, inputs: [], digest: '', image: '', auxiliary: false, unpinned: [] },
  ...changes,
})

/** Prefixes with these parents, each of its own layer variant and content; `tops` are those of work items. */
export const treeOf = (
  parents: readonly (number | undefined)[],
  tops: readonly (number | undefined)[] = [],
  changes: (index: number) => Partial<Prefix> = () => ({}),
): LayerTree => ({
  prefixes: parents.map((parent, index) => ({
    ...(parent === undefined ? {} : { parent }),
    platform: 'linux/amd64',
    layer: sampleLayer({ layer: parent === undefined ? 'core' : 'app', variant: `v${index}` }),
    content: sampleContent(),
    below: [],
    key: `${index}`.padStart(64, '0'),
    ...changes(index),
  })),
  tops,
})
