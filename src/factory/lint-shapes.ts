import { LINT_LEVELS, LINT_RULES, RULE_TEXTS, type LintLevels, type LintRuleId } from './lint-levels.ts'
import { choice, either, optional, record, type Field, type Value } from './shape.ts'

const level = choice(LINT_LEVELS)

const levels = {
  all: optional(level, 'Level of every rule that has none of its own. Default: warn.'),
  'secret-in-argument': optional(level, RULE_TEXTS['secret-in-argument']),
  'context-not-copied': optional(level, RULE_TEXTS['context-not-copied']),
  'stale-package-index': optional(level, RULE_TEXTS['stale-package-index']),
  'unpinned-download': optional(level, RULE_TEXTS['unpinned-download']),
  'changing-argument': optional(level, RULE_TEXTS['changing-argument']),
  'hard-coded-architecture': optional(level, RULE_TEXTS['hard-coded-architecture']),
  'latest-image': optional(level, RULE_TEXTS['latest-image']),
  'copy-all-early': optional(level, RULE_TEXTS['copy-all-early']),
  'early-argument': optional(level, RULE_TEXTS['early-argument']),
  'package-leftovers': optional(level, RULE_TEXTS['package-leftovers']),
  'pip-leftovers': optional(level, RULE_TEXTS['pip-leftovers']),
  'file-modes': optional(level, RULE_TEXTS['file-modes']),
  'too-many-layers': optional(level, RULE_TEXTS['too-many-layers']),
  'buildkit-check': optional(level, RULE_TEXTS['buildkit-check']),
} as const satisfies Readonly<Record<LintRuleId | 'all', Field>>

/** `lint` of the factory file. */
export const lint = either(level, record('the lint levels', levels), {
  description: 'Level of the linter, or a map of levels by rule.',
  examples: ['warn', { 'copy-all-early': 'off', 'secret-in-argument': 'error' }],
})

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
