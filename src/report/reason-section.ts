import { shortPlatform, type Platform } from '../oci/platform.ts'
import type { MissReason } from '../records/reason.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { remember } from '../remember.ts'
import type { Section } from './document.ts'
import { renderCodeList, renderText } from './markdown.ts'
import { renderNumber } from './quantity.ts'
import { furtherEvidence, reasonTitle } from './reason-text.ts'
import { renderReasons, tableSection } from './sections.ts'

/** A layer that ran, once for all work items that have it. */
type Miss = {
  readonly layer: string
  readonly variant: string
  readonly platform: Platform
  readonly reason: MissReason
  /** Steps that ran. */
  readonly steps: number
  readonly items: Set<number>
}

/** Layers that ran, in the order of the records; prefixes that several work items share are one. */
const foldMisses = (records: readonly CompatibilityRecord[]): readonly Miss[] => {
  const misses = new Map<string, Miss>()
  for (const [item, { platform, layers }] of records.entries()) {
    for (const { key = '', layer, variant, reason, steps } of layers) {
      if (reason === undefined) continue
      const ran = steps.filter(({ outcome }) => outcome === 'run' || outcome === 'failed').length
      const make = (): Miss => ({ layer, variant, platform, reason, steps: ran, items: new Set() })
      remember(misses, `${platform} ${layer} ${variant} ${key}`, make).items.add(item)
    }
  }
  return [...misses.values()]
}

/** The lowest layer that ran and why, as one line: `core/0.1.0: argument PYTHON changed`; empty when none did. */
export const firstMiss = (records: readonly CompatibilityRecord[]): string => {
  const [first] = foldMisses(records)
  return first === undefined ? '' : `${first.layer}/${first.variant}: ${reasonTitle(first.reason)}`
}

/** Layers that a cause names before it counts the rest. */
const MAX_LAYERS = 6

const renderCause = (misses: readonly Miss[]): readonly string[] => {
  const [first] = misses
  if (first === undefined) return []
  const names = [...new Set(misses.map(({ layer, variant }) => `${layer}/${variant}`))]
  const evidence = [...new Set(misses.flatMap(({ reason }) => furtherEvidence(reason)))]
  const platforms = [...new Set(misses.map(({ platform }) => shortPlatform(platform)))]
  const why = [`**${renderText(reasonTitle(first.reason))}**`, renderReasons(evidence)]
  return [
    why.filter((part) => part !== '').join('<br>'),
    renderCodeList(names, MAX_LAYERS),
    renderText(platforms.join(', ')),
    renderNumber(misses.reduce((sum, { steps }) => sum + steps, 0)),
    renderNumber(new Set(misses.flatMap(({ items }) => [...items])).size),
  ]
}

/** Why steps ran, cause by cause, for a job summary; no section when none did. */
export const reasonSection = (records: readonly CompatibilityRecord[]): readonly Section[] => {
  const causes = Map.groupBy(foldMisses(records), ({ reason: { kind, subject, evidence } }) =>
    JSON.stringify([kind, subject, evidence[0]]),
  )
  return tableSection('Why steps ran', {
    columns: [
      { title: 'Why' },
      { title: 'Layers' },
      { title: 'Platforms' },
      { title: 'Steps', align: 'right' },
      { title: 'Work items', align: 'right' },
    ],
    rows: [...causes.values()].map(renderCause),
    rank: 2,
    share: 0.5,
  })
}
