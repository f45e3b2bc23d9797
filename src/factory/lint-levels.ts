/** What each rule looks for, gravest first. */
export const RULE_TEXTS = {
  'secret-in-argument': 'A secret in ARG or ENV, where the image and the cache keep it.',
  'context-not-copied': 'A file of the build context is read, and no COPY, ADD or bind brings it in.',
  'stale-package-index': 'A package index of an earlier step is used, which the cache keeps for ever.',
  'unpinned-download': 'Content from outside without checksum or revision, below a cached step.',
  'changing-argument': 'A commit, date or build number in ARG or ENV above steps that do not need it.',
  'hard-coded-architecture': 'A download for one architecture in a fragment that is built for several.',
  'latest-image': 'An image without a tag, or with tag latest.',
  'copy-all-early': 'The whole build context is copied below steps that do not need all of it.',
  'early-argument': 'An ARG that stands before steps that do not use it.',
  'package-leftovers': 'Indexes or archives of a package manager that stay in the image.',
  'pip-leftovers': 'A cache of pip that stays in the image.',
  'file-modes': 'Files whose modes are not those git checks out.',
  'too-many-layers': 'More steps in one image than BuildKit loads from a cache in good time.',
  'buildkit-check': "What BuildKit's own checks find while it builds.",
} as const

/** The levels a linter can have, the default first. */
export const LINT_LEVELS = ['warn', 'error', 'off'] as const

/** How much a finding weighs: `error` fails the step when all findings are told, `off` is silent. */
export type LintLevel = (typeof LINT_LEVELS)[number]

/** Id of a rule of the linter, as users write it. */
export type LintRuleId = keyof typeof RULE_TEXTS

const isRule = (key: string): key is LintRuleId => Object.hasOwn(RULE_TEXTS, key)

/** The rule of that id; undefined for any other text. */
export const lintRuleOf = (id: string): LintRuleId | undefined => (isRule(id) ? id : undefined)

/** All rules with one sentence each, gravest first. */
export const LINT_RULES: readonly { readonly id: LintRuleId; readonly description: string }[] = Object.entries(
  RULE_TEXTS,
).flatMap(([id, description]) => (isRule(id) ? [{ id, description }] : []))

/** Levels that somebody asked for: of all rules, and of single ones. */
export type LintLevels = {
  readonly all?: LintLevel
  readonly rules: Readonly<Partial<Record<LintRuleId, LintLevel>>>
}

/** Whether anything was asked for. */
export const hasLevels = ({ all, rules }: LintLevels): boolean => all !== undefined || Object.keys(rules).length > 0

/** The level of a rule: of the strongest source that speaks of it or of all rules, weakest source first. */
export const levelOf = (rule: LintRuleId, sources: readonly LintLevels[]): LintLevel =>
  sources.map(({ all, rules }) => rules[rule] ?? all).findLast((found) => found !== undefined) ?? 'warn'
