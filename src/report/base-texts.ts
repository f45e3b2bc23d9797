import type { BaseChange } from '../plan/base-changes.ts'
import type { Section } from './document.ts'
import { renderCode, renderCodeList } from './markdown.ts'
import { renderCount, renderEstimate } from './quantity.ts'
import { tableSection } from './sections.ts'

/** An image that moved, and the manifests on it. */
export type MovedBase = BaseChange & { readonly manifests: readonly string[] }

/** Manifests that a row names before it counts the rest. */
const MAX_NAMED = 5

/** Hex digits of a digest that people compare. */
const short = (digest: string | undefined): string => digest?.replace('sha256:', '').slice(0, 12) ?? 'unknown'

const renderCost = ({ costMs }: MovedBase): string => (costMs === 0 ? 'nothing to run' : renderEstimate(costMs))

/** A line for each image that moved: which manifests are on it, and what that costs. */
export const renderMovedBases = (moved: readonly MovedBase[]): readonly string[] =>
  moved.map((base) => {
    const { reference, before, now, manifests } = base
    const what = `${renderCount(manifests.length, 'manifest')} (${manifests.slice(0, MAX_NAMED).join(', ')}${manifests.length > MAX_NAMED ? ', …' : ''})`
    return `${reference} moved from ${short(before)} to ${short(now)}: ${what}, ${renderCost(base)}`
  })

/** Images that moved since the last builds, for a job summary. */
export const baseSection = (moved: readonly MovedBase[]): readonly Section[] =>
  tableSection('Base images that moved', {
    columns: [{ title: 'Image' }, { title: 'Digest' }, { title: 'Manifests' }, { title: 'Costs' }],
    rows: moved.map((base) => [
      renderCode(base.reference),
      `${renderCode(short(base.before))} → ${renderCode(short(base.now))}`,
      renderCodeList(base.manifests, MAX_NAMED),
      renderCost(base),
    ]),
    ...{ rank: 2, share: 0.3 },
  })
