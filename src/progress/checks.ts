import type { Place } from '../problem.ts'
import { traceLine } from '../render/dockerfile.ts'
import type { StitchedDockerfile } from '../render/stitched.ts'
import type { Fold } from './fold.ts'
import { plainLine } from './plain-text.ts'

/** What one of BuildKit's own checks said of a line that a fragment holds. */
export type TracedCheck = {
  /** Name of the check: `StageNameCasing`. */
  readonly check: string
  readonly message: string
  readonly url?: string
  readonly place: Place
}

const decode = (base64: string): string => plainLine(Buffer.from(base64, 'base64').toString('utf8'))

/**
 * What BuildKit's checks said while it built, by the names of the Dockerfiles. Lines that stitching made are nobody's, so
 * what is said of them is left out.
 */
export const tracedChecks = (
  { warnings }: Pick<Fold, 'warnings'>,
  dockerfiles: ReadonlyMap<string, StitchedDockerfile>,
): readonly TracedCheck[] =>
  [...warnings.values()].flatMap(({ short, url, sourceInfo, range = [] }) => {
    const dockerfile = dockerfiles.get(sourceInfo?.filename ?? '')
    const line = range[0]?.start.line
    const traced = dockerfile === undefined || line === undefined ? undefined : traceLine(dockerfile, line)
    // `StageNameCasing: Stage name 'Build' should be lowercase (line 3)`, a line of the stitched Dockerfile.
    const [, check, message] = /^(\w+): (.*?)(?: \(line \d+\))?$/s.exec(decode(short)) ?? []
    if (traced === undefined || check === undefined || message === undefined) return []
    const place = { file: traced.file, line: traced.line, column: 1 }
    return [{ check, message, place, ...(url === undefined ? {} : { url: plainLine(url) }) }]
  })
