import type { Rollover } from '../plan/rollovers.ts'
import type { Section } from './document.ts'
import { renderCode, renderText } from './markdown.ts'
import { renderEstimate, renderNumber } from './quantity.ts'
import { tableSection } from './sections.ts'

/** `2026-11-28 03:20 UTC` */
const renderTime = (iso: string): string => renderText(`${iso.slice(0, 16).replace('T', ' ')} UTC`)

/** What will be built again when periods of `max-age` are over, for a job summary. */
export const rolloverSection = (rollovers: readonly Rollover[]): readonly Section[] =>
  tableSection('Built again with time', {
    columns: [
      ...[{ title: 'Layer' }, { title: 'Fresh since' }, { title: 'Next time' }],
      ...[
        { title: 'Steps', align: 'right' as const },
        { title: 'Manifests', align: 'right' as const },
      ],
      { title: 'Expected' },
    ],
    rows: rollovers.map(({ layer, variant, since, until, steps, manifests, costMs }) => [
      renderCode(`${layer}/${variant}`),
      renderTime(since),
      renderTime(until),
      renderNumber(steps),
      renderNumber(manifests),
      renderEstimate(costMs),
    ]),
    ...{ rank: 3, share: 0.2 },
  })
