import { choice, either, optional, record, type Value } from './shape.ts'

const level = choice(['warn', 'error', 'off'])

const levels = {
  all: optional(level, 'Level of every rule that has none of its own. Default: warn.'),
  'secret-in-argument': optional(level, 'A secret in ARG or ENV, where the image and the cache keep it.'),
  'context-not-copied': optional(level, 'A file of the build context is read, and no COPY, ADD or bind brings it in.'),
  'stale-package-index': optional(level, 'A package index of an earlier step is used, which the cache keeps for ever.'),
  'unpinned-download': optional(level, 'Content from outside without checksum or revision, below a cached step.'),
  'changing-argument': optional(level, 'A commit, date or build number in ARG or ENV above steps that do not need it.'),
  'hard-coded-architecture': optional(
    level,
    'A download for one architecture in a fragment that is built for several.',
  ),
  'latest-image': optional(level, 'An image without a tag, or with tag latest.'),
  'copy-all-early': optional(level, 'The whole build context is copied below steps that do not need all of it.'),
  'early-argument': optional(level, 'An ARG that stands before steps that do not use it.'),
  'package-leftovers': optional(level, 'Indexes or archives of a package manager that stay in the image.'),
  'pip-leftovers': optional(level, 'A cache of pip that stays in the image.'),
  'file-modes': optional(level, 'Files whose modes are not those git checks out.'),
  'too-many-layers': optional(level, 'More steps in one image than BuildKit loads from a cache in good time.'),
  'buildkit-check': optional(level, "What BuildKit's own checks find while it builds."),
} as const

/** How much a finding weighs: `error` fails the step when all findings are told, `off` is silent. */
export type LintLevel = (typeof level.values)[number]

/** Id of a rule of the linter, as users write it. */
export type LintRuleId = Exclude<keyof typeof levels, 'all'>

const isRule = (key: string): key is LintRuleId => key !== 'all' && Object.hasOwn(levels, key)

/** The rule of that id; undefined for any other text. */
export const lintRuleOf = (id: string): LintRuleId | undefined => (isRule(id) ? id : undefined)

/** All rules with one sentence each, gravest first. */
export const LINT_RULES: readonly { readonly id: LintRuleId; readonly description: string }[] = Object.entries(
  levels,
).flatMap(([key, { description }]) => (isRule(key) ? [{ id: key, description }] : []))

/** The levels a linter can have, the default first. */
export const LINT_LEVELS: readonly LintLevel[] = level.values

/** `lint` of the factory file. */
export const lint = either(level, record('the lint levels', levels), {
  description: 'Level of the linter, or a map of levels by rule.',
  examples: ['warn', { 'copy-all-early': 'off', 'secret-in-argument': 'error' }],
})

/** Levels that somebody asked for: of all rules, and of single ones. */
export type LintLevels = {
  readonly all?: LintLevel
  readonly rules: Readonly<Partial<Record<LintRuleId, LintLevel>>>
}

/** The levels that a factory file asks for. */
export const lintLevelsOf = (content: Value<typeof lint> | undefined): LintLevels => {
  if (content === undefined) return { rules: {} }
  if ('plain' in content) return { all: content.plain.value, rules: {} }
  const { all } = content.map
  const rules = LINT_RULES.flatMap(({ id }) => {
    const given = content.map[id]
    return given === undefined ? [] : [[id, given.value] as const]
  })
  return { ...(all === undefined ? {} : { all: all.value }), rules: Object.fromEntries(rules) }
}

/** The level of a rule: of the strongest source that speaks of it or of all rules, weakest source first. */
export const levelOf = (rule: LintRuleId, sources: readonly LintLevels[]): LintLevel =>
  sources.map(({ all, rules }) => rules[rule] ?? all).findLast((found) => found !== undefined) ?? 'warn'
