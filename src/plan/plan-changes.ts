import type { WorkItem } from '../factory/work-item.ts'
import type { PlanComparison } from './changes.ts'
import type { WhatIf } from './what-if.ts'

/** What a run knows of what changed: work items of the whole plan, what they were compared with, and what came of it. */
export type PlanChanges = {
  readonly items: readonly WorkItem[]
  readonly comparison: PlanComparison
  readonly hints: readonly WhatIf[]
  /** Where the earlier plan came from, or why there is none: the end of a sentence. */
  readonly base: { readonly kind: 'found' | 'missing'; readonly text: string }
}
