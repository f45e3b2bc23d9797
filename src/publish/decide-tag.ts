import picomatch from 'picomatch'
import { ANNOTATIONS, type PublishingRun } from './index-annotations.ts'

/** What a tag points to at the moment. */
export type TaggedContent = {
  /** `sha256:<hex>` */
  readonly digest: string
  /** Digests of what the index lists; empty for anything but an index. */
  readonly children: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
}

/** What is done with a tag. */
export type TagDecision =
  /** It is made, or moved. */
  | { readonly kind: 'move' }
  /** It has these images already, and says so of this commit. */
  | { readonly kind: 'same' }
  /** A later run has published. `by` says which. */
  | { readonly kind: 'newer'; readonly by: string }
  /** It never moves, and has something else. */
  | { readonly kind: 'immutable' }

/** What decides besides what is there. */
export type TagRules = {
  /** Globs over tags that never move once they are there. */
  readonly immutable: readonly string[]
  /** Whether an older run may move a tag back, to return to what was. */
  readonly allowOlder: boolean
}

const equalSets = (one: readonly string[], other: readonly string[]): boolean => {
  const [first, second] = [new Set(one), new Set(other)]
  return first.size === second.size && [...first].every((digest) => second.has(digest))
}

const countIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

/**
 * Which later run a tag is from; undefined when it is from none. Runs of one workflow count up; of others, and outside
 * GitHub, the later plan is the later run. What others have published has no number and no order.
 */
const laterRun = ({ annotations }: TaggedContent, run: PublishingRun): string | undefined => {
  if (annotations[ANNOTATIONS.manifestId] === undefined) return undefined
  const number = countIn(annotations[ANNOTATIONS.runNumber])
  const attempt = countIn(annotations[ANNOTATIONS.runAttempt]) ?? 1
  const isSameWorkflow =
    annotations[ANNOTATIONS.source] === run.source && annotations[ANNOTATIONS.workflow] === run.workflow
  const revision = annotations[ANNOTATIONS.revision] ?? 'an unknown commit'
  if (number !== undefined && run.number !== undefined && isSameWorkflow) {
    const difference = number - run.number || attempt - (run.attempt ?? 1)
    return difference > 0 ? `run ${number}, attempt ${attempt}, of ${revision}` : undefined
  }
  const created = Date.parse(annotations[ANNOTATIONS.created] ?? '')
  return created > Date.parse(run.plannedAt) ? `a run of ${revision} that was planned later` : undefined
}

/**
 * What is done with a tag that is to point to an index of these children. A tag never goes back: what a later run has
 * published stays, even where the content is the same. An index of equal children is written again only for another
 * commit, so that its annotations tell the newest one that the images are of.
 */
export const decideTag = (
  tag: string,
  current: TaggedContent | undefined,
  children: readonly string[],
  run: PublishingRun,
  { immutable, allowOlder }: TagRules,
): TagDecision => {
  if (current === undefined) return { kind: 'move' }
  const isSame = equalSets(current.children, children)
  const isFixed = immutable.some((glob) => picomatch(glob, { dot: true })(tag))
  if (isFixed) return { kind: isSame ? 'same' : 'immutable' }
  const by = allowOlder ? undefined : laterRun(current, run)
  if (by !== undefined) return { kind: 'newer', by }
  return { kind: isSame && current.annotations[ANNOTATIONS.revision] === run.commit ? 'same' : 'move' }
}
