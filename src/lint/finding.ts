import type { LintLevel, LintRuleId } from '../factory/lint-levels.ts'
import type { Span } from '../fragment/fragment.ts'
import type { Place } from '../problem.ts'
import type { LintSource } from './source.ts'

/** What a rule found: one sentence without a full stop, and the stretch of a line that it speaks of. */
export type Found = { readonly found: string; readonly span: Span }

/** A rule of the linter: what it looks for, why that costs, and what to do. */
export type Rule = {
  readonly id: LintRuleId
  readonly why: string
  readonly fix: string
  readonly find: (source: LintSource) => readonly Found[]
}

/** Something that users should know of what they wrote. */
export type Finding = {
  readonly rule: LintRuleId
  readonly level: Exclude<LintLevel, 'off'>
  /** Name by which BuildKit knows it, where BuildKit found it. */
  readonly check?: string
  readonly place: Place
  /** The last column that belongs to it, counted from 1; absent where the whole line is meant. */
  readonly endColumn?: number
  readonly found: string
  readonly why: string
  readonly fix: string
}
