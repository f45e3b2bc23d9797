import picomatch from 'picomatch'
import { resolvePath } from './path.ts'
import type { Report } from './read-scalar.ts'
import type { Located } from './source.ts'

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Paths relative to the workspace that a glob holds, sorted. Reports a glob that holds none: it is a slip. */
export const matchGlob = (glob: Located<string>, paths: readonly string[], report: Report): readonly string[] => {
  const pattern = resolvePath(glob, report)
  const isMatch = picomatch(pattern)
  const matches = paths.filter((path) => isMatch(path)).toSorted(byCodeUnits)
  if (matches.length === 0) {
    const hint = pattern === glob.value ? {} : { hint: `in the workspace that is ${pattern}` }
    report({ place: glob.place, found: `no file matches "${glob.value}"`, ...hint })
  }
  return matches
}
