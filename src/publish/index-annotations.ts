import type { RunIdentity } from '../records/run.ts'
import type { WantedManifest } from './wanted.ts'

/** What the annotations of an index say of the run that published it. */
export type PublishingRun = Pick<RunIdentity, 'number' | 'attempt' | 'workflow' | 'commit'> & {
  /** Address of the repository; absent outside GitHub. */
  readonly source?: string
  /** ISO 8601, UTC: when the plan was made. */
  readonly plannedAt: string
}

/** Names of annotations: those of the OCI image spec (annotations.md), and ours. */
export const ANNOTATIONS = {
  created: 'org.opencontainers.image.created',
  source: 'org.opencontainers.image.source',
  revision: 'org.opencontainers.image.revision',
  version: 'org.opencontainers.image.version',
  baseName: 'org.opencontainers.image.base.name',
  baseDigest: 'org.opencontainers.image.base.digest',
  manifestId: 'dev.strata.manifest-id',
  layer: 'dev.strata.layer.',
  runNumber: 'dev.strata.run-number',
  runAttempt: 'dev.strata.run-attempt',
  workflow: 'dev.strata.workflow',
} as const

/**
 * The annotations of a published index. What changes with every commit is here alone, and in no image, so that an
 * unchanged image keeps its digest.
 */
export const indexAnnotations = (
  { manifestId, version, layers, base }: WantedManifest,
  run: PublishingRun,
): Readonly<Record<string, string>> => {
  const known: readonly (readonly [string, string | undefined])[] = [
    [ANNOTATIONS.created, run.plannedAt],
    [ANNOTATIONS.source, run.source],
    [ANNOTATIONS.revision, run.commit],
    [ANNOTATIONS.version, version],
    [ANNOTATIONS.baseName, base?.reference],
    [ANNOTATIONS.baseDigest, base?.digest],
    [ANNOTATIONS.manifestId, manifestId],
    ...layers.map(({ layer, variant }) => [`${ANNOTATIONS.layer}${layer}`, variant] as const),
    [ANNOTATIONS.runNumber, run.number?.toString()],
    [ANNOTATIONS.runAttempt, run.attempt?.toString()],
    [ANNOTATIONS.workflow, run.workflow],
  ]
  return Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
}
