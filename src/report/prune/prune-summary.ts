import { renderBytes } from '../../plan/bytes.ts'
import { renderDocument, type Section } from '../document.ts'
import { renderCode, renderCodeList, renderFence, renderText } from '../markdown.ts'
import { renderCount, renderNumber } from '../quantity.ts'
import { fixedSection, foldedSection, tableSection } from '../sections.ts'
import { isDeleted, type PrunedObject, type PrunedPlace, type PruneReport } from './prune-report.ts'

/** Tags that a row names before it counts the rest. */
const MAX_TAGS = 3

/** Lines of commands that bring something back. */
const MAX_RESTORES = 500

const nameOf = ({ tags, digest, id }: PrunedObject): string =>
  tags.length === 0 ? renderCode(digest ?? id) : renderCodeList(tags, MAX_TAGS)

const headline = ({ name, dryRun, stopped, totals }: PruneReport): string => {
  const { kept, deleted, failed, left } = totals
  const of = renderCount(kept + deleted + failed + left + totals.skipped, 'object')
  const icon = failed > 0 ? '❌' : dryRun || stopped !== undefined ? '🔍' : '🧹'
  const done = dryRun || stopped !== undefined ? 'would be deleted' : 'deleted'
  return `## ${icon} ${renderText(name)}: ${renderNumber(deleted)} of ${of} ${done}`
}

const amounts = ({ dryRun, stopped, totals }: PruneReport): string => {
  const { kept, failed, left, skipped, bytesBefore, bytesAfter } = totals
  const counts = [
    renderCount(kept, 'object') + ' kept',
    ...(skipped > 0 ? [`${renderNumber(skipped)} skipped`] : []),
    ...(left > 0 ? [`${renderNumber(left)} left for the next run`] : []),
    ...(failed > 0 ? [`${renderNumber(failed)} failed`] : []),
  ]
  const after = dryRun || stopped !== undefined ? 'would be' : 'are'
  return `${counts.join(' · ')}<br>\nIn use before: ${renderBytes(bytesBefore)}, ${after} ${renderBytes(bytesAfter)} after (shared blobs counted once).`
}

const garbageNote = ({ places, dryRun, stopped }: PruneReport): string => {
  const waiting = places.filter(({ backend, bytesBefore, bytesAfter }) => backend === 'oci' && bytesBefore > bytesAfter)
  if (waiting.length === 0) return ''
  const bytes = waiting.reduce((sum, { bytesBefore, bytesAfter }) => sum + bytesBefore - bytesAfter, 0)
  const untagged = waiting.some(({ objects }) => objects.some(({ outcome }) => outcome === 'untagged'))
  const how = untagged ? ', that of untagged manifests included (`garbage-collect --delete-untagged`)' : ''
  const will = dryRun || stopped !== undefined ? 'would have' : 'has'
  return `The registry’s own garbage collection ${will} yet to free ${renderBytes(bytes)} of that${how}; see \`docs/retention.md\`.`
}

const closedNotes = (places: readonly PrunedPlace[]): string =>
  places
    .flatMap(({ name, closed }) =>
      closed === undefined ? [] : [`> Nothing can be deleted from ${renderCode(name)}: ${renderText(closed)}`],
    )
    .join('\n>\n')

const groupSection = ({ places }: PruneReport): readonly Section[] => {
  const objects = places.flatMap((place) => place.objects.map((object) => ({ place: place.name, object })))
  const groups = [...Map.groupBy(objects, ({ place, object }) => JSON.stringify([place, object.group])).values()]
  const rows = groups.map((of) => {
    const count = (test: (object: PrunedObject) => boolean): number => of.filter(({ object }) => test(object)).length
    const deleted = count(isDeleted)
    const kept = count(({ verdict }) => verdict === 'keep')
    return {
      name: of[0]?.object.group ?? '',
      place: of[0]?.place ?? '',
      kept,
      deleted,
      other: of.length - kept - deleted,
    }
  })
  return tableSection('Groups', {
    columns: [
      { title: 'Group' },
      { title: 'Place' },
      ...(['Kept', 'Deleted', 'Not deleted'] as const).map((title) => ({ title, align: 'right' }) as const),
    ],
    rows: rows
      .toSorted((a, b) => b.deleted - a.deleted)
      .map(({ name, place, kept, deleted, other }) => [
        renderText(name),
        renderCode(place),
        ...[kept, deleted, other].map((count) => (count === 0 ? '' : renderNumber(count))),
      ]),
    ...{ rank: 2, share: 0.3 },
  })
}

/** Objects that were to go and did not, those of one reason together. */
const skippedSection = ({ places }: PruneReport): readonly Section[] => {
  const objects = places
    .flatMap((place) => place.objects)
    .filter((each) => each.verdict === 'delete' && !isDeleted(each))
  const reasons = Map.groupBy(objects, ({ outcome, note = '' }) =>
    JSON.stringify([outcome, note.replace(/\S*\d\S*/g, '…')]),
  )
  return tableSection('Not deleted', {
    columns: [{ title: 'What' }, { title: 'Objects', align: 'right' }, { title: 'Why' }, { title: 'For example' }],
    rows: [...reasons.values()].map((of) => [
      of[0]?.outcome ?? '',
      renderNumber(of.length),
      renderText(of[0]?.note ?? ''),
      of[0] === undefined ? '' : nameOf(of[0]),
    ]),
    ...{ rank: 1, share: 0.3 },
  })
}

const objectRows = (objects: readonly PrunedObject[]): readonly (readonly string[])[] =>
  objects.map((object) => [
    nameOf(object),
    renderText(object.group),
    renderCode(object.rule),
    renderText(object.reason),
    renderBytes(object.bytes),
  ])

const objectSection = (title: string, objects: readonly PrunedObject[], rank: number): readonly Section[] =>
  foldedSection(title, {
    columns: [
      ...['Tags or digest', 'Group', 'Rule', 'Why'].map((name) => ({ title: name })),
      { title: 'Size', align: 'right' },
    ],
    rows: objectRows(objects),
    ...{ rank, share: 0.6 },
  })

const restoreSection = (objects: readonly PrunedObject[]): readonly Section[] => {
  const commands = objects.flatMap(({ restore }) => restore ?? [])
  if (commands.length === 0) return []
  const more = commands.length - MAX_RESTORES
  const lines = [...commands.slice(0, MAX_RESTORES), ...(more > 0 ? [`# and ${more} more, in the report file`] : [])]
  return fixedSection(
    `<details>\n<summary>How to bring them back within 30 days</summary>\n\n${renderFence(lines)}\n\n</details>`,
  )
}

/** The job summary of a prune, in GitHub-flavoured Markdown. */
export const renderPruneSummary = (report: PruneReport): string => {
  const objects = report.places.flatMap((place) => place.objects)
  const [gone, kept] = [objects.filter(isDeleted), objects.filter(({ verdict }) => verdict === 'keep')]
  const dry = report.dryRun || report.stopped !== undefined
  const stopped = report.stopped === undefined ? '' : `> ${renderText(report.stopped)}`
  const unreadable = report.unreadable.map((line) => [renderText(line)])
  return renderDocument([
    ...fixedSection([headline(report), '', amounts(report)].join('\n')),
    ...[stopped, closedNotes(report.places), garbageNote(report)].flatMap(fixedSection),
    ...tableSection('What could not be read', {
      columns: [{ title: 'Everything that may depend on it stays' }],
      rows: unreadable,
      ...{ rank: 1, share: 0.3 },
    }),
    ...skippedSection(report),
    ...groupSection(report),
    ...objectSection(`${renderCount(gone.length, 'object')} ${dry ? 'that would be deleted' : 'deleted'}`, gone, 3),
    ...objectSection(`${renderCount(kept.length, 'object')} kept`, kept, 4),
    ...restoreSection(objects),
  ])
}
