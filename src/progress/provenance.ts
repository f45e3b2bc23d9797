import type { LineRange } from '../fragment/fragment.ts'
import { isMembers } from '../oci/json.ts'
import type { StepResult } from './build-result.ts'

/** Where vertices stand in the Dockerfile, by digest. Equal steps of several stages are one vertex in several places. */
export type VertexLines = ReadonlyMap<string, readonly LineRange[]>

const at = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((inner, name) => (isMembers(inner) ? inner[name] : undefined), value)

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The lines from the first to the last of a location: it has a range for each line of an instruction. */
const linesOf = (location: unknown): readonly LineRange[] => {
  const ends = listOf(at(location, 'ranges')).flatMap((range) => [at(range, 'start', 'line'), at(range, 'end', 'line')])
  const lines = ends.filter((line) => typeof line === 'number')
  return lines.length === 0 ? [] : [{ start: Math.min(...lines), end: Math.max(...lines) }]
}

const KEY = 'buildx.build.provenance'

/** Provenance of the one platform that a target has; Buildx names the platform behind the key where there are several. */
const provenanceOf = (metadata: Readonly<Record<string, unknown>>): unknown =>
  Object.entries(metadata).find(([key]) => key === KEY || key.startsWith(`${KEY}/`))?.[1]

/**
 * Reads BuildKit's own map from vertices to lines of the Dockerfile out of what Buildx wrote of one target. It is there
 * when Buildx ran with `BUILDX_METADATA_PROVENANCE=max`, as SLSA v0.2 or v1 (moby/buildkit solver/llbsolver/provenance);
 * nothing is found in anything else.
 */
export const parseProvenance = (metadata: Readonly<Record<string, unknown>>): VertexLines => {
  const provenance = provenanceOf(metadata)
  const steps =
    at(provenance, 'buildConfig', 'digestMapping') ??
    at(provenance, 'buildDefinition', 'internalParameters', 'buildConfig', 'digestMapping')
  const source =
    at(provenance, 'metadata', 'https://mobyproject.org/buildkit@v1#metadata', 'source') ??
    at(provenance, 'runDetails', 'metadata', 'buildkit_metadata', 'source')
  const entries = Object.entries(isMembers(steps) ? steps : {}).map(([digest, step]) => {
    const locations = typeof step === 'string' ? listOf(at(source, 'locations', step, 'locations')) : []
    // The first source is the target's Dockerfile; others belong to targets that it copies from.
    const own = locations.filter((location) => (at(location, 'sourceIndex') ?? 0) === 0)
    return [digest, own.flatMap(linesOf)] as const
  })
  return new Map(entries.filter(([, lines]) => lines.length > 0))
}

/** The steps whose vertices stand elsewhere in BuildKit's own map. Vertices that it does not know say nothing. */
export const differingSteps = (steps: readonly StepResult[], known: VertexLines): readonly StepResult[] =>
  steps.filter(({ step, digests }) =>
    digests.some((digest) => known.get(digest)?.every(({ start }) => start !== step.rendered.start)),
  )
