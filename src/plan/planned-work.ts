import type { WorkItem } from '../factory/work-item.ts'
import { chainOf } from '../layers/tree.ts'
import type { PlannedPrefix } from './prefixes.ts'

/** The work that a plan has to share out. */
export type PlannedWork = {
  readonly items: readonly WorkItem[]
  readonly tops: readonly (number | null)[]
  readonly prefixes: readonly PlannedPrefix[]
  /** Disk that the own steps of each prefix take, bytes; of the lowest ones with their base image. */
  readonly bytes: readonly number[]
}

/** Prefixes that a work item's leg has to build: those above the highest one whose ref exists. */
export const missingOf = ({ prefixes }: Pick<PlannedWork, 'prefixes'>, top: number | null): readonly number[] => {
  const chain = chainOf(prefixes, top)
  return chain.slice(chain.findLastIndex((index) => prefixes[index]?.state === 'warm') + 1)
}
