import { renderBytes } from '../plan/bytes.ts'
import { renderDuration } from '../progress/duration.ts'
import type { Section } from './document.ts'
import { renderCode, renderCodeList } from './markdown.ts'
import type { CacheMountResult, CacheMountsResult } from './results.ts'
import { tableSection } from './sections.ts'

/** Layers that a row names before it counts the rest. */
const MAX_LAYERS = 5

/** A mount with the vertices of its steps that ran. */
export type MountSteps = { readonly steps: readonly string[]; readonly mount: CacheMountResult | undefined }

/**
 * What filled mounts saved, ms: what the steps took with empty ones less what they took now. Mounts of the same steps
 * count once. Undefined where no step ran with a filled mount whose time with an empty one is known.
 */
export const mountGain = (mounts: readonly MountSteps[]): number | undefined => {
  const gains = new Map(
    mounts.flatMap(({ steps, mount }): readonly (readonly [string, number])[] =>
      steps.length === 0 || mount?.emptyMs === undefined
        ? []
        : [[[...steps].sort().join(), mount.emptyMs - mount.stepMs]],
    ),
  )
  return gains.size === 0 ? undefined : [...gains.values()].reduce((sum, gain) => sum + gain, 0)
}

const KEPT: Readonly<Record<CacheMountResult['kept'], string>> = {
  saved: 'stored',
  unchanged: 'unchanged, not stored again',
  unused: 'no step ran',
  'read-only': 'read only',
  'too-large': '⚠️ too large, not stored',
  failed: '⚠️ not stored',
}

/** Whether keeping cache mounts paid in this run, as one sentence. */
export const renderMountVerdict = ({ restoreMs, saveMs, gainMs }: CacheMountsResult): string => {
  const cost = restoreMs + saveMs
  const spent = `${renderDuration(cost)} were spent on it (${renderDuration(restoreMs)} before, ${renderDuration(saveMs)} after the build)`
  if (gainMs === undefined) return `Whether it pays is not known before steps run with filled mounts: ${spent}.`
  if (gainMs > cost) return `It pays: steps took ${renderDuration(gainMs)} less than with empty mounts, and ${spent}.`
  const less = gainMs > 0 ? `only ${renderDuration(gainMs)} less than` : 'no less than'
  return `⚠️ It does not pay: steps took ${less} with empty mounts, and ${spent}. Consider \`cache-mounts: off\`.`
}

/** What keeping cache mounts cost and brought; no section where none was kept. */
export const mountSection = (result: CacheMountsResult | undefined): readonly Section[] =>
  tableSection(
    'Cache mounts',
    {
      columns: [
        { title: 'Mount' },
        { title: 'Layers' },
        { title: 'Brought back', align: 'right' },
        { title: 'Afterwards' },
        { title: 'Steps with it', align: 'right' },
        { title: 'With it empty', align: 'right' },
      ],
      rows: (result?.mounts ?? []).map(({ mount, layers, restoredBytes, bytes, kept, stepMs, emptyMs }) => [
        renderCode(mount),
        renderCodeList(layers, MAX_LAYERS),
        restoredBytes === undefined ? 'nothing' : renderBytes(restoredBytes),
        `${bytes === undefined ? '' : `${renderBytes(bytes)}, `}${KEPT[kept]}`,
        kept === 'unused' ? '' : renderDuration(stepMs),
        emptyMs === undefined ? '' : renderDuration(emptyMs),
      ]),
      rank: 4,
      share: 0.25,
    },
    result === undefined ? '' : renderMountVerdict(result),
  )
