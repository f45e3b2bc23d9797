import type { Plan } from '../plan/plan.ts'
import type { Section } from './document.ts'
import { renderCode, renderText } from './markdown.ts'
import { renderCount, renderNumber } from './quantity.ts'
import { tableSection } from './sections.ts'

/** Work items that are left out of a scheduled run. */
type Held = NonNullable<Plan['held']>

/** A line for each work item that is left out, and when it is tried again. */
export const renderHeldLines = (held: Held): readonly string[] =>
  held.map(({ manifestId, platform, layer, variant, times, nextRun }) => {
    const failures = renderCount(times, 'time')
    return `${manifestId} (${platform}) is left out: ${layer}/${variant} failed ${failures} in a row; run ${nextRun} tries again, or any change to it`
  })

/** Work items that are left out as they keep failing, for a job summary. */
export const heldSection = (held: Held = []): readonly Section[] =>
  tableSection('Held back, as they keep failing', {
    columns: [
      ...[{ title: 'Work item' }, { title: 'Layer' }, { title: 'Failures', align: 'right' as const }],
      ...[{ title: 'Next try' }, { title: 'Last error' }],
    ],
    rows: held.map(({ manifestId, platform, layer, variant, times, nextRun, message, url }) => [
      `${renderCode(manifestId)} ${renderText(platform)}`,
      renderCode(`${layer}/${variant}`),
      renderNumber(times),
      `run ${nextRun}, or any change to it`,
      url === undefined ? renderText(message) : `[${renderText(message)}](${url})`,
    ]),
    ...{ rank: 2, share: 0.3 },
  })
