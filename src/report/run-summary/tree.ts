import { isDone, hasRun } from '../fold/met-prefix.ts'
import type { ReportPrefix, RunReport } from '../run-report.ts'
import type { NodeState, TreeSource } from '../tree-nodes.ts'

const stateOf = ({ steps }: ReportPrefix): NodeState => {
  if (steps.some(({ outcome }) => outcome === 'failed')) return 'failed'
  if (steps.some(hasRun)) return 'ran'
  return steps.some(isDone) ? 'cached' : 'skipped'
}

/** The layer tree of a report, as pictures of trees take it. Work items that left no record are not in it. */
export const treeOf = ({ items, prefixes }: RunReport): TreeSource => {
  const places = new Map(prefixes.map(({ key }, index) => [key, index]))
  const recorded = items.filter(({ verdict }) => verdict !== 'missing')
  const firstItems = new Map<string, number>()
  const byKey = new Map(prefixes.map((prefix) => [prefix.key, prefix]))
  for (const [index, { top }] of recorded.entries()) {
    let prefix = byKey.get(top ?? '')
    while (prefix !== undefined && !firstItems.has(prefix.key)) {
      firstItems.set(prefix.key, index)
      prefix = byKey.get(prefix.parent ?? '')
    }
  }
  return {
    items: recorded.map(({ platform, variants }) => ({ platform, layers: variants })),
    tops: recorded.map(({ top }) => places.get(top ?? '') ?? null),
    prefixes: prefixes.map((prefix, index) => {
      const { parent, platform, layer, variant, key } = prefix
      const below = places.get(parent ?? '')
      const place = { platform, layer, variant, item: firstItems.get(key) ?? -1, content: index }
      return { ...place, state: stateOf(prefix), ...(below === undefined ? {} : { parent: below }) }
    }),
    contents: prefixes.map(({ steps }) => ({ steps: steps.length })),
  }
}
