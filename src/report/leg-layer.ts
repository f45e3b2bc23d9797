import type { PrefixState } from '../plan/prefixes.ts'
import type { MissReason } from '../records/reason.ts'
import type { RecordLayer } from '../records/record.ts'

/** A layer of a work item before the build: what will be recorded of it, and what the plan says. */
export type LegLayer = Omit<RecordLayer, 'steps' | 'reason'> & {
  /** What the plan knew of its cache; absent where this job has another key for it. */
  readonly state?: PrefixState
  /** Why it must run, as the plan found in records. */
  readonly reason?: MissReason
  /** What is another in this job than in its plan. */
  readonly differs?: string
  /** Whether the plan has other legs run it, too, as that costs less than waiting. */
  readonly repeated: boolean
}
