import type { CacheAccess } from '../plan/access.ts'
import type { MissReason } from '../records/reason.ts'
import type { RecordRead, RecordStep } from '../records/record.ts'
import type { LegLayer } from './leg-layer.ts'

/** What is known of the cache of a work item when it is built. */
export type CacheFacts = {
  readonly access: CacheAccess
  /** Whether the user turned the cache off for some or all steps. */
  readonly noCache: boolean
  /** Whether the refs of this chain were asked for, as they are named by content. */
  readonly byContent: boolean
  /** Refs that were there when the build started. */
  readonly known: ReadonlySet<string>
  /** Refs that list blobs which their registry has lost. */
  readonly broken: ReadonlySet<string>
  readonly reads: readonly RecordRead[]
}

/** A layer in which steps ran. */
type RanLayer = {
  readonly layer: LegLayer
  readonly ran: readonly RecordStep[]
  /** Whether its own ref or one above it in the chain was there, which holds its steps. */
  readonly promised: boolean
}

/** What a registry says of a ref that is not there: that is no fault, and has reasons of its own. */
const NOT_THERE = /not found|404|NAME_UNKNOWN|MANIFEST_UNKNOWN/i

const importFault = ({ broken, reads }: CacheFacts): MissReason | undefined => {
  const failed = reads.filter(({ ref, error }) => error !== undefined && !broken.has(ref) && !NOT_THERE.test(error))
  const faults = [
    ...[...broken].map((ref) => ({ ref, error: 'the registry has lost a blob that it lists' })),
    ...failed.map(({ ref, error = '' }) => ({ ref, error })),
  ]
  const [first] = faults
  if (first === undefined) return undefined
  return { kind: 'import-failed', subject: first.ref, evidence: faults.map(({ ref, error }) => `${ref}: ${error}`) }
}

const FIRST_BUILD: MissReason = { kind: 'first-build', evidence: ['no record of an earlier build is known'] }

const disagreed = ({ ran }: RanLayer, ref: string): MissReason => ({
  kind: 'disagreed',
  subject: ref,
  evidence: ran.map(({ line, text }) => `line ${line}: ${text}`),
})

const vanished = (ref: string): MissReason => ({
  kind: 'ref-missing',
  subject: ref,
  evidence: ['it was there when the plan was made, and not when the build started'],
})

/** What the plan says, and this job's own view of it. */
const plannedReason = ({ layer }: RanLayer): MissReason => {
  if (layer.differs !== undefined) return { kind: 'plan-differs', evidence: [layer.differs] }
  if (layer.repeated) {
    const evidence = ['running it in more than one leg costs less than waiting for one']
    return { kind: 'repeated', ...layer.reason, evidence: [...(layer.reason?.evidence ?? []), ...evidence] }
  }
  return layer.reason ?? FIRST_BUILD
}

const reasonOf = (ranLayer: RanLayer, facts: CacheFacts): MissReason => {
  const { layer, promised } = ranLayer
  if (!facts.access.read) return { kind: 'not-read', evidence: [facts.access.reason] }
  if (facts.noCache) return { kind: 'not-read', evidence: ['inputs no-cache or no-cache-filters turn it off'] }
  const { ref, state } = layer
  const expected = promised || state === 'warm' || state === 'covered'
  if (expected || !facts.byContent) {
    const fault = importFault(facts)
    if (fault !== undefined) return fault
  }
  if (promised) return disagreed(ranLayer, ref ?? '')
  if (ref !== undefined && (state === 'warm' || state === 'covered')) return vanished(ref)
  return plannedReason(ranLayer)
}

/**
 * Why each layer of a work item ran, in their order; undefined for those in which no step did. What is seen in the build
 * goes before what the plan expected. Of a run of layers that BuildKit disagreed about, those above the first stand on it.
 */
export const missReasons = (
  layers: readonly { readonly layer: LegLayer; readonly steps: readonly RecordStep[] }[],
  facts: CacheFacts,
): readonly (MissReason | undefined)[] => {
  const highest = layers.findLastIndex(({ layer: { ref = '' } }) => facts.known.has(ref))
  let below: MissReason['root']
  return layers.map(({ layer, steps }, height): MissReason | undefined => {
    const ran = steps.filter(({ outcome }) => outcome === 'run' || outcome === 'failed')
    if (ran.length === 0) return undefined
    const reason = reasonOf({ layer, ran, promised: height <= highest }, facts)
    if (reason.kind !== 'disagreed') return reason
    if (below !== undefined) {
      const evidence = [`BuildKit disagreed in ${below.layer}/${below.variant} below it`]
      return { kind: 'parent', subject: `${below.layer}/${below.variant}`, root: below, evidence }
    }
    below = { layer: layer.layer, variant: layer.variant }
    return reason
  })
}
