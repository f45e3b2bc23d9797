import { workItemName, type WorkItem } from '../factory/work-item.ts'
import type { Platform } from '../oci/platform.ts'
import { imageSubject } from '../plan/image-subject.ts'
import type { ImageSubject, Plan } from '../plan/plan.ts'
import { TEMPORARY_PREFIX } from '../plan/temporary-tag.ts'
import { mayPublish } from '../records/may-publish.ts'
import type { CompatibilityRecord, RecordImage } from '../records/record.ts'
import { newestAttempts, runsOf } from '../report/fold/newest.ts'

/** The image of one platform, and where it is: by digest, or by the tag of its key. */
export type WantedChild = { readonly platform: Platform; readonly reference: string }

/** A platform that there is no image for, and why. */
export type MissingChild = { readonly platform: Platform; readonly reason: string }

/** What is to be published of one manifest. */
export type WantedManifest = ImageSubject & {
  readonly manifestId: string
  readonly aliases: readonly string[]
  /** In the order of the plan. */
  readonly children: readonly WantedChild[]
  readonly missing: readonly MissingChild[]
  /** The image that all platforms are built on, as it was pinned; absent where it is not one. */
  readonly base?: RecordImage
  /** Tags that held its images until now, references. */
  readonly temporary: readonly string[]
}

/** One platform of a manifest, as the plan and the records know it. */
type Part = {
  readonly manifestId: string
  readonly subject: ImageSubject
  readonly child: WantedChild | MissingChild
  readonly base?: RecordImage
}

/** Why the image that a record speaks of is not published; undefined when it is. */
const objectionTo = (record: CompatibilityRecord): string | undefined => {
  const { verdict, digest, error, test } = record
  if (test?.verdict === 'failed') return 'its test failed'
  if (verdict === 'failed') return error === undefined ? 'its build failed' : `its build failed: ${error.message}`
  if (verdict === 'canceled') return 'its build was canceled'
  if (!mayPublish(record)) return 'its test was not run'
  return digest === undefined ? 'it was built and not pushed' : undefined
}

const isIn = (image: string, reference: string): boolean =>
  reference.startsWith(`${image}:`) || reference.startsWith(`${image}@`)

/** Where nothing is new, a leg keeps no record in the registry, so that artifacts and files are the only ones. */
const unrecorded = ({ recorded = [] }: Plan, index: number): string =>
  recorded.includes(index)
    ? 'no job left a record of it, and the registry keeps none of an image that an earlier run built alike'
    : 'no job left a record of it'

const builtPart = (item: WorkItem, record: CompatibilityRecord | undefined, without: string): Part => {
  const { manifestId, platform, image } = item
  const common = { manifestId, subject: imageSubject(item) }
  const pushed = record?.published.some((reference) => isIn(image, reference)) === true
  const objection =
    record === undefined
      ? without
      : (objectionTo(record) ?? (pushed ? undefined : 'it was not pushed to the repository of the manifest'))
  if (record?.digest === undefined || objection !== undefined) {
    return { ...common, child: { platform, reason: objection ?? 'it was not pushed' } }
  }
  const from = item.layers[0]?.from
  const base = record.images.find(({ reference }) => reference === from)
  return {
    ...common,
    child: { platform, reference: `${image}@${record.digest}` },
    ...(base === undefined ? {} : { base }),
  }
}

/** What a plan leaves out of a manifest that it has on other platforms. */
const absentParts = (plan: Plan, known: readonly Part[]): readonly Part[] => {
  const subjects = new Map(known.map(({ manifestId, subject }) => [manifestId, subject]))
  const held = (plan.held ?? []).map(({ manifestId, platform, layer, times }) => ({
    ...{ manifestId, platform },
    reason: `it is held back, since layer ${layer} failed ${times} times in a row`,
  }))
  const left = (plan.leftOut ?? []).map((item) => ({ ...item, reason: 'the scope of the plan leaves it out' }))
  return [...held, ...left].flatMap(({ manifestId, platform, reason }) => {
    const subject = subjects.get(manifestId)
    return subject === undefined ? [] : [{ manifestId, subject, child: { platform, reason } }]
  })
}

const unchangedParts = ({ unchanged }: Plan): readonly Part[] =>
  unchanged.flatMap(({ manifestId, platform, image, subject }) =>
    subject === undefined ? [] : [{ manifestId, subject, child: { platform, reference: image } }],
  )

/** The base that all parts name alike. Those that were not built say nothing, so the others speak for them. */
const commonBase = (parts: readonly Part[]): Pick<WantedManifest, 'base'> => {
  const [first, ...more] = parts.flatMap(({ base }) => base ?? [])
  const isOne = more.every(({ reference, digest }) => reference === first?.reference && digest === first.digest)
  return first === undefined || !isOne ? {} : { base: first }
}

const temporaryOf = (records: readonly CompatibilityRecord[], image: string): readonly string[] => [
  ...new Set(
    records.flatMap(({ published }) =>
      published.filter((reference) => reference.startsWith(`${image}:${TEMPORARY_PREFIX}`)),
    ),
  ),
]

/**
 * What is to be published: every manifest of the plan with the images of all its platforms, as the newest attempts of the
 * newest run left them. A manifest whose images were all there before is published, too, as its tags may be elsewhere.
 */
export const wantedManifests = (plan: Plan, records: readonly CompatibilityRecord[]): readonly WantedManifest[] => {
  const ofRun = (runsOf(records).at(-1)?.records ?? []).filter(({ kind }) => kind === 'work-item')
  const newest = new Map(
    newestAttempts(ofRun).map((record) => [
      workItemName({ manifestId: record.manifest_id, platform: record.platform }),
      record,
    ]),
  )
  const built = plan.items.map((item, index) =>
    builtPart(item, newest.get(workItemName(item)), unrecorded(plan, index)),
  )
  const known = [...built, ...unchangedParts(plan)]
  const byManifest = Map.groupBy([...known, ...absentParts(plan, known)], ({ manifestId }) => manifestId)
  return [...byManifest].flatMap(([manifestId, parts]): readonly WantedManifest[] => {
    const [first] = parts
    if (first === undefined) return []
    const children = parts.map(({ child }) => child)
    return [
      {
        ...{ manifestId, aliases: plan.aliases[manifestId] ?? [], ...first.subject },
        children: children.filter((child) => 'reference' in child),
        missing: children.filter((child) => 'reason' in child),
        ...commonBase(parts),
        temporary: temporaryOf(
          ofRun.filter((record) => record.manifest_id === manifestId),
          first.subject.image,
        ),
      },
    ]
  })
}
