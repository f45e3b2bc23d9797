import { refNamesOf, type FoundHolding } from './holding.ts'
import {
  afterNote,
  foreign,
  go,
  joinJudgements,
  keep,
  youngJudgement,
  type Court,
  type Judgement,
} from './judgement.ts'
import { isBuildkitCache, isCacheTag } from './ours.ts'
import { keepGlobOf } from './policy.ts'

/** What is not needed, and yet not ours to delete: by its media type, where nobody wrote down what it is. */
export const foreignContent = ({ object, inspection }: FoundHolding, { needs }: Court): Judgement | undefined => {
  if (object.digest !== undefined && needs.written.has(object.digest)) return undefined
  if (inspection.status === 'read' && isBuildkitCache(inspection.content)) return undefined
  return foreign(object, inspection.status === 'read' ? 'it is no BuildKit cache' : 'nobody knows what it is')
}

/** Why a tag has to stay, by a glob of `keep` or since something needs its ref. */
export const needed = (tag: string, { store, facts, needs }: Court): Judgement | undefined => {
  const glob = keepGlobOf(facts.policy, [tag])
  if (glob !== undefined) return keep('keep', `"${glob}" of keep holds its tag`, 'keep')
  const cause = refNamesOf(store, tag)
    .map((ref) => needs.refs.get(ref))
    .find((each) => each !== undefined)
  return cause && { fate: 'keep', ...cause }
}

const judgeTag = (found: FoundHolding, tag: string, court: Court): Judgement => {
  const { object } = found
  const { store, facts, needs } = court
  const need = needed(tag, court)
  if (need !== undefined) return need
  const old = refNamesOf(store, tag)
    .map((ref) => needs.oldRefs.get(ref))
    .find((each) => each !== undefined)
  if (old === undefined && !isCacheTag(tag)) return keep('foreign', 'its tag is none that Strata makes', 'other')
  const group = old?.group ?? 'without a record'
  const spared = foreignContent(found, court) ?? youngJudgement(object, court, group)
  if (spared !== undefined) return spared
  if (old !== undefined) return go(old.rule, old.reason, group)
  const going = go('unreferenced', 'no record names it', group)
  return afterNote(object, court, facts.policy.minAge, going)
}

/**
 * Judges what is in a cache repository. Tags that records or the factory file need stay; what only old records name goes;
 * what no record names goes if its name and its media type are ours, and an earlier prune noted it. So does what has no
 * tag: the exporter replaces tags, and leaves what they were on before.
 */
export const judgeCache = (found: FoundHolding, court: Court): Judgement => {
  const { object } = found
  const tagged = joinJudgements(object.tags.map((tag) => judgeTag(found, tag, court)))
  if (tagged !== undefined) return tagged
  const spared = youngJudgement(object, court, 'untagged') ?? foreignContent(found, court)
  if (spared !== undefined) return spared
  return afterNote(
    object,
    court,
    court.facts.policy.minAge,
    go('superseded', 'a later export took its tag', 'untagged'),
  )
}
