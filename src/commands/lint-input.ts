import {
  LINT_LEVELS,
  LINT_RULES,
  lintRuleOf,
  type LintLevel,
  type LintLevels,
  type LintRuleId,
} from '../factory/lint-levels.ts'
import { inputError } from '../problem.ts'
import { didYouMean } from '../suggest.ts'
import { list, type ReadInput } from './read-input.ts'

const parseLevel = (text: string): LintLevel => {
  const level = LINT_LEVELS.find((each) => each === text)
  if (level !== undefined) return level
  const expected = `${LINT_LEVELS.join(', ')}, or rule=level`
  throw inputError(`input lint has ${JSON.stringify(text)}`, { expected, ...didYouMean(text, LINT_LEVELS) })
}

const parseRule = (text: string): LintRuleId => {
  const rule = lintRuleOf(text)
  if (rule !== undefined) return rule
  const ids = LINT_RULES.map(({ id }) => id)
  throw inputError(`input lint names ${JSON.stringify(text)}`, {
    expected: 'the id of a rule',
    ...didYouMean(text, ids),
  })
}

/** Reads input `lint`: a level, levels by rule, or both; `all=level` is the level itself. */
export const readLintInput = (read: ReadInput): LintLevels => {
  const entries = list(read('lint')).map((entry): readonly [string, LintLevel] => {
    const [name = '', level] = entry.split('=').map((part) => part.trim())
    return level === undefined ? ['all', parseLevel(name)] : [name, parseLevel(level)]
  })
  const all = entries.findLast(([name]) => name === 'all')?.[1]
  const rules = entries.filter(([name]) => name !== 'all').map(([name, level]) => [parseRule(name), level] as const)
  return { ...(all === undefined ? {} : { all }), rules: Object.fromEntries(rules) }
}
