import type { PackageChange } from '../canary/packages.ts'
import type { StaleLayer } from '../canary/stale-layers.ts'
import type { WorkItem } from '../factory/work-item.ts'
import { renderDocument } from './document.ts'
import { renderCode, renderCodeList, renderText } from './markdown.ts'
import { renderCount } from './quantity.ts'
import { fixedSection, tableSection } from './sections.ts'

/** Paths and packages that are named before the rest is counted. */
const MAX_NAMED = 8

/** `openssl 3.0.1 → 3.0.2`, `curl is new`. */
const renderPackage = ({ name, cached, cold }: PackageChange): string => {
  if (cached === undefined) return `${name} ${cold ?? ''} is new`
  return cold === undefined ? `${name} ${cached} is gone` : `${name} ${cached} → ${cold}`
}

const first = (texts: readonly string[]): string =>
  `${texts.slice(0, MAX_NAMED).join(', ')}${texts.length > MAX_NAMED ? ` and ${texts.length - MAX_NAMED} more` : ''}`

/** What the cache holds for a layer, against what its steps make today. */
export const staleText = ({ layer, variant, packages, files }: StaleLayer): string => {
  const what = packages.length > 0 ? first(packages.map(renderPackage)) : first(files)
  return `what the cache holds of ${layer}/${variant} is not what its steps make today: ${what}. Give the layer a max-age, pin what it fetches, or refresh it once`
}

/** What a canary found. */
export type CanaryFindings = {
  readonly item: Pick<WorkItem, 'manifestId' | 'platform'>
  readonly layers: readonly StaleLayer[]
  readonly environment: readonly string[]
}

const renderVerdict = ({ layers, environment }: CanaryFindings): string => {
  if (layers.length + environment.length === 0) return 'What the cache holds is what the steps make today.'
  const variables = environment.length === 0 ? '' : ` Environment: ${renderCodeList(environment, MAX_NAMED)}.`
  return `${renderCount(layers.length, 'layer')} made something else without cache.${variables}`
}

/** The job summary of a canary. */
export const renderCanary = (findings: CanaryFindings): string => {
  const { item, layers } = findings
  const isStale = layers.length + findings.environment.length > 0
  const title = `## ${isStale ? '⚠️' : '✅'} Canary ${renderText(item.manifestId)} on ${renderText(item.platform)}`
  return renderDocument([
    ...fixedSection(`${title}\n\n${renderVerdict(findings)}`),
    ...tableSection('Stale layers', {
      columns: [{ title: 'Layer' }, { title: 'First step' }, { title: 'Packages' }, { title: 'Files' }],
      rows: layers.map(({ layer, variant, step, packages, files }) => [
        renderCode(`${layer}/${variant}`),
        step === undefined
          ? ''
          : `${renderCode(`${step.file}:${step.lines.start}`)} ${renderCode(step.original ?? step.text)}`,
        renderText(first(packages.map(renderPackage))),
        `${files.length}: ${renderCodeList(files, MAX_NAMED)}`,
      ]),
      ...{ rank: 1, share: 1 },
    }),
  ])
}
