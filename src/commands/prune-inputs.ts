import { parseDuration } from '../factory/duration.ts'
import type { RetentionSettings } from '../factory/factory.ts'
import type { RegistryBackend } from '../io/stores/registry-rules.ts'
import { inputError } from '../problem.ts'
import { readPlanInputs, type PlanInputs } from './inputs.ts'
import { bool, choice, count, list, optional, type ReadInput } from './read-input.ts'

/** Inputs of `prune`. */
export type PruneInputs = {
  /** How the current plan is made, whose prefixes are needed. */
  readonly plan: PlanInputs
  /** What is said of the policy; it comes before the factory file, but globs of `keep` come on top. */
  readonly retention: Partial<RetentionSettings>
  /** ms */
  readonly maxDuration: number
  readonly dryRun: boolean
  readonly confirm: boolean
  readonly backend: RegistryBackend | 'auto'
  /** Whether repositories of images are looked at, too. */
  readonly images: boolean
  /** Whether entries of the Actions cache are looked at, too. */
  readonly actionsCache: boolean
  /** Refs, tags or digests. */
  readonly explain: readonly string[]
  /** Where the report goes; absent for a file of the action's own. */
  readonly reportPath?: string
}

const DURATION_EXPECTED = 'minutes, hours or days, as 30m, 12h or 7d'

const duration = (read: ReadInput, name: string): number | undefined => {
  const text = read(name)
  if (text === '') return undefined
  const parsed = parseDuration(text)
  if (parsed !== undefined) return parsed
  throw inputError(`input ${name} is ${JSON.stringify(text)}`, { expected: DURATION_EXPECTED })
}

const member = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })

const wholeNumber = (read: ReadInput, name: string): number | undefined =>
  read(name) === '' ? undefined : Math.floor(count(read, name, { byDefault: 1, least: 1, most: 1_000_000 }))

const removedManifests = (read: ReadInput): PruneInputs['retention']['removedManifests'] =>
  read('removed-manifests') === '' ? undefined : choice<'keep' | 'prune'>(read, 'removed-manifests', ['keep', 'prune'])

const HOUR = 3_600_000

/** Reads the inputs of `prune`. */
export const readPruneInputs = (read: ReadInput, env: NodeJS.ProcessEnv): PruneInputs => ({
  plan: readPlanInputs(read, env),
  retention: {
    ...member('keepLast', wholeNumber(read, 'keep-last')),
    ...member('minAge', duration(read, 'min-age')),
    ...member('expireAfter', duration(read, 'expire-after')),
    keep: list(read('keep')),
    ...member('removedManifests', removedManifests(read)),
    ...member('removedGrace', duration(read, 'removed-grace')),
    ...member('maxDeletes', wholeNumber(read, 'max-deletes')),
  },
  maxDuration: duration(read, 'max-duration') ?? 5 * HOUR,
  dryRun: bool(read, 'dry-run', false),
  confirm: bool(read, 'confirm', false),
  backend: choice(read, 'backend', ['auto', 'oci', 'ghcr', 'none']),
  images: bool(read, 'images', false),
  actionsCache: bool(read, 'actions-cache', false),
  explain: list(read('explain')),
  ...optional('reportPath', read('report-path')),
})
