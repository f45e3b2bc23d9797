import type { Io } from '../../io/io.ts'
import type { BuildResult } from '../../progress/build-result.ts'
import { differingSteps, parseProvenance } from '../../progress/provenance.ts'

/** The variable of Buildx that puts BuildKit's own map from steps to lines into the metadata. */
const VARIABLE = 'BUILDX_METADATA_PROVENANCE'

/** What the caller asks of Buildx: provenance in its metadata, which Strata leaves out by itself. */
export const askedProvenance = (env: NodeJS.ProcessEnv): Readonly<Record<string, string>> => {
  const asked = env[VARIABLE]
  return asked === undefined || asked === '' ? {} : { [VARIABLE]: asked }
}

/**
 * Compares which step each vertex is with what BuildKit says, where it does, and warns of steps that differ.
 * `metadata` is what Buildx wrote, by target.
 */
export const checkAttribution = (
  { targets }: BuildResult,
  metadata: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  io: Io,
): void => {
  const places = targets.flatMap(({ target, steps }) =>
    differingSteps(steps, parseProvenance(metadata[target] ?? {})).map(
      ({ step }) => `${step.file}:${step.lines.start}`,
    ),
  )
  const [first, ...others] = new Set(places)
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  const message = `attribution differs from BuildKit's own map at step ${first}${more}: times and hits of these steps may be those of others; please report it`
  io.actions.warning({ message, title: 'Attribution' })
}
