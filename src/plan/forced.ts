import { matchesPattern } from '../factory/selector.ts'
import type { Expansion } from '../factory/work-item.ts'

/** Work items that are built whether they changed, or are published, or not; by index. And patterns without a match. */
export type Forced = { readonly items: ReadonlySet<number>; readonly unmatched: readonly string[] }

/** Finds the work items whose manifest, by any of its ids, one of the globs of `force` asks for. */
export const findForced = (
  { items, aliases }: Pick<Expansion, 'items' | 'aliases'>,
  force: readonly string[],
): Forced => {
  const ids = items.map(({ manifestId }) => [manifestId, ...(aliases[manifestId] ?? [])])
  const matches = (pattern: string, index: number): boolean =>
    ids[index]?.some((id) => matchesPattern(pattern, id)) === true
  return {
    items: new Set(items.flatMap((_, index) => (force.some((pattern) => matches(pattern, index)) ? [index] : []))),
    unmatched: force.filter((pattern) => !items.some((_, index) => matches(pattern, index))),
  }
}
