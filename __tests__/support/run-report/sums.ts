import type { CachePay, MissGroup, ReportPrefix, RunReport } from '../../../src/report/run-report.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const titleOf = ({ layer, variant, reason }: ReportPrefix): string => {
  const { layer: at, variant: of } = reason?.root ?? { layer, variant }
  switch (reason?.kind) {
    case 'ref-missing':
      return `cache ref of ${at}/${of} missing`
    case 'context-file':
      return `${reason.subject ?? ''} changed`
    case 'disagreed':
      return `BuildKit disagreed about ${at}/${of}`
    default:
      return `${at}/${of} changed`
  }
}

/** Prefixes that ran, by where it started. */
export const missesOf = (prefixes: readonly ReportPrefix[]): readonly MissGroup[] => {
  const ran = prefixes.filter(({ reason }) => reason !== undefined)
  const groups = Map.groupBy(ran, titleOf)
  return [...groups]
    .map(([title, members]): MissGroup => {
      const steps = members.flatMap((member) => member.steps).filter(({ outcome }) => outcome === 'run')
      const first = members.find(({ reason }) => reason?.kind !== 'parent') ?? members[0]
      const items = sum(members.filter(({ reason }) => reason?.kind !== 'parent').map((member) => member.items))
      return {
        ...{ title, kind: first?.reason?.kind ?? 'parent', evidence: first?.reason?.evidence ?? [] },
        ...{
          steps: steps.length,
          execMs: sum(steps.map(({ execMs }) => execMs)),
          manifests: Math.ceil(items / 2),
          items,
        },
      }
    })
    .toSorted((a, b) => b.steps - a.steps)
}

/** Counts of each pool, which here is a platform. */
export const poolsOf = (prefixes: readonly ReportPrefix[]): RunReport['pools'] =>
  [...Map.groupBy(prefixes, ({ platform }) => platform)].map(([pool, members]) => {
    const steps = members.flatMap((member) => member.steps).filter(({ outcome }) => outcome !== 'skipped')
    return { pool, counts: { total: steps.length, cached: steps.filter(({ outcome }) => outcome === 'hit').length } }
  })

/** What each layer's cache took and saved. */
export const paysOf = (layers: readonly string[], prefixes: readonly ReportPrefix[]): readonly CachePay[] =>
  layers.flatMap((layer) => {
    const steps = prefixes.filter((prefix) => prefix.layer === layer).flatMap((prefix) => prefix.steps)
    if (steps.length === 0) return []
    const hits = steps.filter(({ outcome }) => outcome === 'hit')
    const ran = steps.length - hits.length
    return [
      {
        ...{ layer, loadMs: sum(hits.map(({ loadMs }) => loadMs)) + 900, exportMs: ran * 2_300 },
        ...{ savedMs: layer === 'light' ? 1_200 : hits.length * 17_000, addedBytes: ran * 11_300_000 },
      },
    ]
  })
