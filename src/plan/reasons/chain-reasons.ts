import type { MissReason } from '../../records/reason.ts'
import type { CompatibilityRecord, RecordLayer } from '../../records/record.ts'
import { type ImageDigests, type LayerNow, ownReason } from './layer-reason.ts'

/** Where a reason starts: a layer and what happened to it. */
type Root = { readonly layer: string; readonly variant: string; readonly evidence: readonly string[] }

/** Layers with steps that the record has and the chain has no more, lowest first. */
const goneLayers = (before: readonly RecordLayer[], chain: readonly LayerNow[]): readonly Root[] =>
  before
    .filter(({ key, layer }) => key !== undefined && !chain.some((now) => now.layer === layer))
    .map(({ layer, variant }) => ({ layer, variant, evidence: [`${layer}/${variant} is gone`] }))

const parentReason = ({ layer, variant, evidence }: Root): MissReason => ({
  ...{ kind: 'parent', subject: `${layer}/${variant}`, root: { layer, variant } },
  evidence: evidence.slice(0, 4),
})

/** A chain of layers with steps, lowest first, and what its images are pinned to. */
export type ChainNow = { readonly chain: readonly LayerNow[]; readonly images: ImageDigests }

/**
 * For each layer of a chain why it is another than in a record of the same work item, or, where it is the same, that its
 * ref is missing. A layer that did not change itself and stands on one that did has that one as its root.
 */
export const chainReasons = (record: CompatibilityRecord, { chain, images }: ChainNow): readonly MissReason[] => {
  const digests = { before: new Map(record.images.map(({ reference, digest }) => [reference, digest])), now: images }
  let root: Root | undefined = goneLayers(record.layers, chain)[0]
  return chain.map((now): MissReason => {
    const before = record.layers.find(({ layer, key }) => layer === now.layer && key !== undefined)
    if (before?.key === now.key) return missingRef(now, record)
    const own = before === undefined ? newLayer(now, record) : ownReason({ before, now, images: digests })
    if (own === undefined) return root === undefined ? otherScheme() : parentReason(root)
    const also = root === undefined ? [] : [`${root.layer}/${root.variant} below it changed, too`]
    const reason = { ...own, evidence: [...own.evidence, ...also] }
    root ??= { ...(reason.root ?? { layer: now.layer, variant: now.variant }), evidence: own.evidence }
    return reason
  })
}

const newLayer = ({ layer, file }: LayerNow, { manifest_id: id }: CompatibilityRecord): MissReason => ({
  kind: 'fragment',
  ...(file === undefined ? {} : { subject: file }),
  evidence: [`${layer} is new in ${id}`],
})

const missingRef = ({ tag }: LayerNow, { run }: CompatibilityRecord): MissReason => ({
  kind: 'ref-missing',
  ...(tag === undefined ? {} : { subject: tag }),
  evidence: [
    tag === undefined
      ? `nothing that decides it changed since ${run.startedAt}, and the cache that was read does not hold it`
      : `nothing that decides it changed since ${run.startedAt}; its cache ref was pruned or never written`,
  ],
})

/** Equal inputs and another key: the release that made the record made keys another way. */
const otherScheme = (): MissReason => ({
  kind: 'setting',
  subject: 'key scheme',
  evidence: ['this release makes keys another way than the one that made the last record'],
})
