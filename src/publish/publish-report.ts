import { renderDocument } from '../report/document.ts'
import { renderCode, renderTableHead, renderTableRow, renderText } from '../report/markdown.ts'
import { renderCount } from '../report/quantity.ts'
import type { MissingChild } from './wanted.ts'

/** What became of a tag. `moved` is also one that was made; `planned` would be moved by a run that may. */
export type TagResult = {
  readonly tag: string
  readonly status: 'moved' | 'same' | 'newer' | 'immutable' | 'refused' | 'planned'
  /** What it points to now, `sha256:<hex>`; absent where it is not there. */
  readonly digest?: string
  /** Why it was not moved. */
  readonly reason?: string
}

/** What became of a manifest. One that lacks a platform has no index, and its tags stay where they are. */
export type ManifestResult = {
  readonly manifestId: string
  readonly aliases: readonly string[]
  readonly image: string
  readonly missing: readonly MissingChild[]
  /** Of the index, `sha256:<hex>`; absent when something is missing. */
  readonly digest?: string
  /** The images in it by platform, as `sha256:<hex>`. */
  readonly platforms: Readonly<Record<string, string>>
  readonly tags: readonly TagResult[]
}

/** What a run of `publish` did. The schema `publish.schema.json` is made from this type. */
export type PublishReport = {
  readonly version: 1
  /** Digest of the plan, 16 hex. */
  readonly plan: string
  /** In the order of the plan. */
  readonly manifests: readonly ManifestResult[]
  /** Temporary tags that the registry would not delete. */
  readonly left: readonly string[]
}

/** Whether a manifest is not published as it should be: it lacks a platform, or the registry refused a tag. */
export const isIncomplete = ({ missing, tags }: ManifestResult): boolean =>
  missing.length > 0 || tags.some(({ status }) => status === 'refused')

const isThere = ({ status }: TagResult): boolean => status === 'moved' || status === 'same'

/**
 * Manifests by id with the digest and the tags that are theirs now. Neither host nor repository is in it, since the
 * runner drops an output that holds a masked text.
 */
export const publishedOutput = (manifests: readonly ManifestResult[]): string =>
  JSON.stringify(
    Object.fromEntries(
      manifests.flatMap(({ manifestId, tags }) => {
        const there = tags.filter(isThere)
        const digest = there[0]?.digest
        return digest === undefined ? [] : [[manifestId, { digest, tags: there.map(({ tag }) => tag) }] as const]
      }),
    ),
  )

/** One line on what a manifest lacks. */
export const incompleteLine = ({ manifestId, missing, tags }: ManifestResult): string =>
  [
    ...missing.map(({ platform, reason }) => `${platform}: ${reason}`),
    ...tags.flatMap(({ tag, status, reason }) => (status === 'refused' ? [`tag ${tag}: ${reason ?? 'refused'}`] : [])),
  ].reduce((line, part, index) => `${line}${index === 0 ? '' : '; '}${part}`, `${manifestId} is not published: `)

const STATES: Readonly<Record<TagResult['status'], string>> = {
  ...{ moved: 'published', same: 'was there', newer: 'newer already published', immutable: 'never moves' },
  ...{ refused: 'refused', planned: 'not asked for' },
}

const tagCell = ({ tag, status, reason }: TagResult): string =>
  `${renderCode(tag)} ${STATES[status]}${reason === undefined ? '' : `: ${renderText(reason)}`}`

const missingCell = ({ platform, reason }: MissingChild): string =>
  `${renderCode(platform)} missing: ${renderText(reason)}`

const row = (manifest: ManifestResult): string =>
  renderTableRow([
    `${isIncomplete(manifest) ? '❌' : '✅'} ${renderCode(manifest.manifestId)}`,
    [...Object.keys(manifest.platforms).map(renderCode), ...manifest.missing.map(missingCell)].join('<br>'),
    manifest.tags.map(tagCell).join('<br>'),
    manifest.digest === undefined ? '' : renderCode(manifest.digest),
  ])

/** The job summary as GitHub-flavoured Markdown, cut below GitHub's limit. */
export const renderPublishSummary = ({ manifests, left }: PublishReport, dryRun: boolean): string => {
  const incomplete = manifests.filter(isIncomplete).length
  const title =
    incomplete === 0
      ? `## ✅ ${renderCount(manifests.length, 'manifest')} ${dryRun ? 'can be published' : 'published'}`
      : `## ❌ ${incomplete} of ${renderCount(manifests.length, 'manifest')} not published`
  const head = renderTableHead([{ title: 'manifest' }, { title: 'platforms' }, { title: 'tags' }, { title: 'index' }])
  const ordered = [...manifests.filter(isIncomplete), ...manifests.filter((each) => !isIncomplete(each))]
  const kept = left.length === 0 ? undefined : `${renderCount(left.length, 'temporary tag')} left for prune to delete.`
  return renderDocument([
    { head: title, rows: [], tail: '', rank: 0, share: 1 },
    { head, rows: ordered.map(row), tail: '', rank: 1, share: 1 },
    ...(kept === undefined ? [] : [{ head: kept, rows: [], tail: '', rank: 0, share: 1 }]),
  ])
}
