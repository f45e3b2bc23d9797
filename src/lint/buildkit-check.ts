import { levelOf, type LintLevels } from '../factory/lint-levels.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Place } from '../problem.ts'
import type { Finding } from './finding.ts'
import { instructionAt, orderFindings } from './lint.ts'
import { secretInArgument } from './rules/arguments.ts'
import { readSilences } from './silence.ts'
import { lintSource } from './source.ts'

/** What one of BuildKit's own checks said, traced back to a fragment. */
export type CheckWarning = {
  /** Name of the check: `StageNameCasing`. */
  readonly check: string
  readonly message: string
  readonly url?: string
  readonly place: Place
}

const SECRETS = 'SecretsUsedInArgOrEnv'

/** Lines of a fragment where a rule of our own says the same. */
const ownSecrets = (fragment: Fragment): readonly number[] => {
  const context = {
    pathsOf: () => [],
    exists: () => false,
    scripts: new Map<string, string>(),
    oddMode: () => undefined,
  }
  const source = lintSource(fragment, { platforms: [], top: true, stepsBelow: 0, namesBelow: [], context })
  return secretInArgument.find(source).map(({ span }) => span.line)
}

/** Findings of BuildKit's checks, without those that are silenced or that a rule of our own has told of. */
export const checkFindings = (
  warnings: readonly CheckWarning[],
  fragments: ReadonlyMap<string, Fragment>,
  sources: readonly LintLevels[],
): readonly Finding[] => {
  const level = levelOf('buildkit-check', sources)
  if (level === 'off') return []
  const findings = warnings.flatMap(({ check, message, url, place }): readonly Finding[] => {
    const fragment = fragments.get(place.file)
    if (fragment === undefined) return []
    const range = instructionAt(fragment, place.line)
    if (readSilences(fragment.lines)(['buildkit-check', check], range)) return []
    if (check === SECRETS && ownSecrets(fragment).some((line) => range.start <= line && line <= range.end)) return []
    const fix = url === undefined ? 'see the checks of BuildKit' : `see ${url}`
    return [{ rule: 'buildkit-check', level, check, place, found: message, why: `BuildKit's check ${check}`, fix }]
  })
  return orderFindings(findings)
}
