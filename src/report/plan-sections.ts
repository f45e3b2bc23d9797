import type { PlannedLeg } from '../plan/leg.ts'
import type { PinnedImage } from '../plan/images.ts'
import type { Plan } from '../plan/plan.ts'
import type { Section } from './document.ts'
import { renderCode, renderCodeList, renderText } from './markdown.ts'
import { renderCount, renderNumber } from './quantity.ts'
import { foldedSection, tableSection } from './sections.ts'

/** Work items or prefixes that a leg names before it counts the rest. */
const MAX_NAMED = 5

const prefixName = ({ prefixes }: Plan, index: number): string => {
  const prefix = prefixes[index]
  return prefix === undefined ? '?' : `${prefix.layer}/${prefix.variant}`
}

const legTable = (
  title: string,
  legs: readonly PlannedLeg[],
  { what, namesOf }: { readonly what: string; readonly namesOf: (leg: PlannedLeg) => readonly string[] },
): readonly Section[] =>
  tableSection(title, {
    columns: [{ title: 'Leg' }, { title: 'Platform' }, { title: 'Runs on' }, { title: what }],
    rows: legs.map((planned) => [
      renderText(planned.leg.name),
      renderCode(planned.leg.platform),
      [planned.leg['runs-on']].flat().map(renderCode).join(', '),
      renderCodeList(namesOf(planned), MAX_NAMED),
    ]),
    rank: 1,
    share: 1,
  })

/** The legs of each wave with the prefixes that they build, then those of the final build with their work items. */
export const legSections = (plan: Plan): readonly Section[] => {
  const { waves, legs, items, prewarm } = plan
  const prefixesOf = ({ writes, repeats }: PlannedLeg): readonly string[] =>
    [...writes, ...repeats].map((index) => prefixName(plan, index))
  const itemsOf = (leg: PlannedLeg): readonly string[] => leg.items.map((index) => items[index]?.manifestId ?? '?')
  const inWave = { what: 'Prefixes', namesOf: prefixesOf }
  return [
    ...waves.flatMap((wave, index) => legTable(`Wave ${index + 1}`, wave, inWave)),
    ...legTable('Legs', legs, prewarm === true ? inWave : { what: 'Work items', namesOf: itemsOf }),
  ]
}

/** Prefixes that are built more often than once, the most often repeated first. */
export const repeatSection = (plan: Plan): readonly Section[] => {
  const legs = [...plan.waves.flat(), ...plan.legs]
  const repeats = Map.groupBy(
    legs.flatMap((planned) => planned.repeats.map((index) => ({ index, name: planned.leg.name }))),
    ({ index }) => index,
  )
  const ordered = [...repeats].toSorted(([a, one], [b, other]) => other.length - one.length || a - b)
  return foldedSection(renderCount(ordered.length, 'repeated prefix', 'repeated prefixes'), {
    columns: [
      { title: 'Prefix' },
      { title: 'Platform' },
      { title: 'Steps', align: 'right' },
      { title: 'Extra runs', align: 'right' },
      { title: 'In legs' },
    ],
    rows: ordered.map(([index, uses]) => [
      renderCode(prefixName(plan, index)),
      renderCode(plan.prefixes[index]?.platform ?? '?'),
      renderNumber(plan.contents[plan.prefixes[index]?.content ?? -1]?.steps ?? 0),
      renderNumber(uses.length),
      renderCodeList(
        uses.map(({ name }) => name),
        MAX_NAMED,
      ),
    ]),
    rank: 3,
    share: 0.5,
  })
}

/** What steps fetch from outside and no key can cover, with advice. */
export const unpinnedSection = ({ contents }: Plan): readonly Section[] => {
  const places = [...new Set(contents.flatMap(({ unpinned }) => unpinned))].sort()
  if (places.length === 0) return []
  const why = 'What these fetch can change while their keys stay the same, so a cached step would keep the old content.'
  const advice = 'Give a URL a <code>--checksum</code>, and a git repository a commit.'
  const head = `### Not covered by any key\n\n${why} ${advice}\n`
  return [{ head, rows: places.map((place) => `- ${renderCode(place)}`), tail: '', rank: 2, share: 0.25 }]
}

/** The images of a run with the digests that they are pinned to. */
export const imageSection = (images: readonly PinnedImage[]): readonly Section[] =>
  tableSection('Images', {
    columns: [{ title: 'Image' }, { title: 'Pinned to' }, { title: 'Platforms' }],
    rows: images.map(({ reference, digest, platforms }) => [
      renderCode(reference),
      digest === undefined ? '⚠️ not pinned: its registry did not answer' : renderCode(digest),
      platforms.map(renderCode).join(', '),
    ]),
    rank: 0,
    share: 0.25,
  })

/** Work items that are skipped, since their images are there. */
export const unchangedSection = ({ unchanged }: Plan): readonly Section[] =>
  foldedSection(`${renderCount(unchanged.length, 'unchanged work item')}, not built again`, {
    columns: [{ title: 'Work item' }, { title: 'Platform' }, { title: 'Image' }],
    rows: unchanged.map(({ manifestId, platform, image }) => [
      renderCode(manifestId),
      renderCode(platform),
      renderCode(image),
    ]),
    rank: 4,
    share: 0.5,
  })
