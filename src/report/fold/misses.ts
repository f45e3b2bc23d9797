import type { MissReason } from '../../records/reason.ts'
import { furtherEvidence, reasonTitle } from '../reason-text.ts'
import type { MissGroup, ReportItem, ReportPrefix } from '../run-report.ts'
import { hasRun } from './met-prefix.ts'
import { compareTexts, sumOf } from './order.ts'

/** Lines of evidence that a group keeps. */
const MAX_EVIDENCE = 50
/** Names that a title lists before it counts. */
const MAX_NAMES = 3

/** A prefix that ran, and the one where its cause began: itself, or the one below that changed. */
type Miss = { readonly prefix: ReportPrefix; readonly origin: ReportPrefix; readonly reason: MissReason }

type Prefixes = ReadonlyMap<string, ReportPrefix>

/** The prefix below that the reason names as where it started, if that ran in this run, too. */
const originOf = (prefix: ReportPrefix, { kind, root }: MissReason, prefixes: Prefixes): ReportPrefix => {
  if (kind !== 'parent' || root === undefined) return prefix
  let below = prefixes.get(prefix.parent ?? '')
  while (below !== undefined && (below.layer !== root.layer || below.variant !== root.variant)) {
    below = prefixes.get(below.parent ?? '')
  }
  return below?.reason === undefined || below.reason.kind === 'parent' ? prefix : below
}

const missesOf = (all: readonly ReportPrefix[], prefixes: Prefixes): readonly Miss[] =>
  all.flatMap((prefix) => {
    if (prefix.reason === undefined || !prefix.steps.some(hasRun)) return []
    const origin = originOf(prefix, prefix.reason, prefixes)
    return [{ prefix, origin, reason: origin.reason ?? prefix.reason }]
  })

/** Where a cause began, as people say it. */
const nameOf = ({ origin, reason: { root } }: Miss): string =>
  root === undefined ? `${origin.layer}/${origin.variant}` : `${root.layer}/${root.variant}`

/**
 * What makes two misses one cause: kind, subject and where it began. What is new, not read or repeated on purpose is one
 * cause wherever it is, and so is an image, which many variants may stand on; a ref is of one platform only, and what
 * happened to it may have happened to the others.
 */
const causeOf = (miss: Miss): string => {
  const { kind, subject } = miss.reason
  switch (kind) {
    case 'first-build':
    case 'not-read':
    case 'repeated':
      return kind
    case 'base-image':
      return JSON.stringify([kind, subject])
    case 'ref-missing':
    case 'import-failed':
    case 'disagreed':
      return JSON.stringify([kind, nameOf(miss)])
    default:
      return JSON.stringify([kind, subject, nameOf(miss)])
  }
}

const listNames = (misses: readonly Miss[]): string => {
  const names = [...new Set(misses.map(nameOf))].toSorted(compareTexts)
  const more = names.length - MAX_NAMES
  return more > 0 ? `${names.length} variants` : names.join(', ')
}

const titleOf = (first: Miss, misses: readonly Miss[]): string => {
  const { reason } = first
  switch (reason.kind) {
    case 'first-build':
      return `first build of ${listNames(misses)}`
    case 'parent':
      return `${nameOf(first)} changed`
    case 'base-image':
    case 'not-read':
    case 'repeated':
      return reasonTitle(reason)
    default:
      return `${nameOf(first)}: ${reasonTitle(reason)}`
  }
}

const evidenceOf = (misses: readonly Miss[]): readonly string[] => {
  const lines = [...new Set(misses.flatMap(({ reason }) => furtherEvidence(reason)))]
  const more = lines.length - MAX_EVIDENCE
  return more > 0 ? [...lines.slice(0, MAX_EVIDENCE), `and ${more} more`] : lines
}

/** For each prefix the indices of the work items that have it, found from their highest one down. */
const itemsByPrefix = (items: readonly ReportItem[], prefixes: Prefixes): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, number[]>()
  for (const [index, { top }] of items.entries()) {
    for (let prefix = prefixes.get(top ?? ''); prefix !== undefined; prefix = prefixes.get(prefix.parent ?? '')) {
      const known = found.get(prefix.key)
      if (known === undefined) found.set(prefix.key, [index])
      else known.push(index)
    }
  }
  return found
}

/** What ran and why, by cause, the most steps first. */
export const groupMisses = (all: readonly ReportPrefix[], items: readonly ReportItem[]): readonly MissGroup[] => {
  const prefixes = new Map(all.map((prefix) => [prefix.key, prefix]))
  const itemsOf = itemsByPrefix(items, prefixes)
  const groups = Map.groupBy(missesOf(all, prefixes), causeOf)
  return [...groups.values()]
    .flatMap((misses): readonly MissGroup[] => {
      const [first] = misses
      if (first === undefined) return []
      const touched = new Set(misses.flatMap(({ prefix }) => itemsOf.get(prefix.key) ?? []))
      const ran = misses.flatMap(({ prefix }) => prefix.steps.filter(hasRun))
      return [
        {
          title: titleOf(first, misses),
          kind: first.reason.kind,
          evidence: evidenceOf(misses),
          steps: ran.length,
          execMs: sumOf(ran, ({ execMs }) => execMs),
          manifests: new Set([...touched].map((index) => items[index]?.manifestId)).size,
          items: touched.size,
        },
      ]
    })
    .toSorted((a, b) => b.steps - a.steps || b.execMs - a.execMs || compareTexts(a.title, b.title))
}
