import type { WorkItem, WorkLayer } from '../../factory/work-item.ts'
import { digestOf } from '../../layers/digest.ts'
import { chainOf, type LayerTree } from '../../layers/tree.ts'
import { createLayerNow, textToKeep, type LayerWorld } from '../../plan/reasons/layer-now.ts'
import type { LayerNow } from '../../plan/reasons/layer-reason.ts'
import type { PlannedLeg } from '../../plan/leg.ts'
import type { Plan } from '../../plan/plan.ts'
import { remember } from '../../remember.ts'
import type { LegLayer } from '../../report/leg-layer.ts'
import type { RecordFiles, RecordLayer } from '../../records/record.ts'
import { counterpartOf, difference, type LegItem } from './leg-chains.ts'

/** What the layers of a leg's work items are found in. */
export type LegLayerSources = {
  readonly plan: Plan
  readonly leg: PlannedLeg | undefined
  readonly items: readonly LegItem[]
  /** This job's own. */
  readonly tree: LayerTree
  readonly world: LayerWorld
  /** The cache ref of a prefix of a work item; undefined where refs are not named by content. */
  readonly refOf: (prefix: LayerTree['prefixes'][number], item: WorkItem) => string | undefined
}

const filesOf = ({ inputs, files }: LayerNow): Pick<RecordLayer, 'files'> => {
  const taken = inputs.flatMap(({ kind, name }): readonly (readonly [string, RecordFiles])[] => {
    const listed = kind === 'files' ? files(name) : undefined
    return listed === undefined ? [] : [[name, listed]]
  })
  return taken.length === 0 ? {} : { files: Object.fromEntries(taken) }
}

const fragmentOf = (
  file: string,
  inputs: LayerNow['inputs'],
  text: string | undefined,
): Pick<RecordLayer, 'fragment'> => {
  const input = inputs.find(({ kind }) => kind === 'fragment')
  const digest = input?.digest ?? digestOf([text ?? '']).slice(0, 16)
  return { fragment: { file, digest, ...(text === undefined ? {} : { text }) } }
}

/** A layer that adds no step has no key; its fragment may have settings. */
const emptyLayer = (
  { layer, variant, fragment: file }: WorkLayer,
  { fragments }: LegLayerSources['world'],
): LegLayer => {
  const fragment = fragments.get(file ?? '')
  return {
    ...{ layer, variant, inputs: [], costMs: 0, measured: 1, repeated: false },
    ...(fragment === undefined ? {} : fragmentOf(fragment.file, [], textToKeep(fragment))),
  }
}

/** All layers of each work item of a leg, lowest first, with what is known of them before the build. */
export const legLayers = ({
  plan,
  leg,
  items,
  tree,
  world,
  refOf,
}: LegLayerSources): readonly (readonly LegLayer[])[] => {
  const layerNow = createLayerNow(world)
  const repeats = new Set(leg?.repeats)
  const made = new Map<number, LegLayer>()
  const layerOf = (index: number, item: WorkItem, plannedChain: readonly number[]): LegLayer | undefined => {
    const own = tree.prefixes[index]
    if (own === undefined) return undefined
    return remember(made, index, () => {
      const { index: position = -1, planned, equal } = counterpartOf(plan, own, plannedChain)
      const now = layerNow(own, undefined)
      const ref = refOf(own, item)
      const { costMs = 0, measured = 0, state, reason } = planned ?? {}
      return {
        ...{ layer: now.layer, variant: now.variant, key: now.key, inputs: now.inputs, costMs, measured },
        ...(now.file === undefined ? {} : fragmentOf(now.file, now.inputs, now.text)),
        ...(ref === undefined ? {} : { ref }),
        ...(now.epoch === undefined ? {} : { epoch: now.epoch }),
        ...filesOf(now),
        ...(equal && state !== undefined ? { state } : {}),
        ...(equal ? (reason === undefined ? {} : { reason }) : { differs: difference(plan, planned, own) }),
        repeated: equal && repeats.has(position),
      }
    })
  }
  const layersOf = (item: WorkItem, chain: readonly number[], plannedChain: readonly number[]): readonly LegLayer[] => {
    const byName = new Map(chain.map((index) => [tree.prefixes[index]?.layer.layer, index]))
    return item.layers.map(
      (layer) => layerOf(byName.get(layer.layer) ?? -1, item, plannedChain) ?? emptyLayer(layer, world),
    )
  }
  return items.map(({ index, item }, position) =>
    layersOf(item, chainOf(tree.prefixes, tree.tops[position]), chainOf(plan.prefixes, plan.tops[index])),
  )
}
