import type { FoundHolding } from './holding.ts'
import {
  afterNote,
  foreign,
  go,
  isPast,
  joinJudgements,
  keep,
  youngJudgement,
  type Court,
  type Judgement,
} from './judgement.ts'
import { isBuildkitCache, isCacheTag } from './ours.ts'
import { keepGlobOf } from './policy.ts'

const DAY = 86_400_000

/** What is not needed, and yet not ours to delete: by its media type, where nobody wrote down what it is. */
const foreignContent = ({ object, inspection }: FoundHolding, { needs }: Court): Judgement | undefined => {
  if (object.digest !== undefined && needs.written.has(object.digest)) return undefined
  if (inspection.status === 'read' && isBuildkitCache(inspection.content)) return undefined
  return foreign(object, inspection.status === 'read' ? 'it is no BuildKit cache' : 'nobody knows what it is')
}

const needed = (tag: string, { store, facts, needs }: Court): Judgement | undefined => {
  const glob = keepGlobOf(facts.policy, [tag])
  if (glob !== undefined) return keep('keep', `"${glob}" of keep holds its tag`, 'keep')
  const cause = needs.refs.get(`${store.repository ?? store.name}:${tag}`)
  return cause && { fate: 'keep', ...cause }
}

const judgeTag = (found: FoundHolding, tag: string, court: Court): Judgement => {
  const { object } = found
  const { store, facts, needs } = court
  const need = needed(tag, court)
  if (need !== undefined) return need
  const old = needs.oldRefs.get(`${store.repository ?? store.name}:${tag}`)
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

/** How long what branches without trust write stays where no `expire-after` is given, ms. */
const UNTRUSTED_AGE = 7 * DAY

/**
 * Judges what is in the cache repository of untrusted branches, by age alone: whoever writes there could write any record,
 * too. Where no push time is known, age counts from the first prune that saw it.
 */
export const judgeUntrusted = (found: FoundHolding, court: Court): Judgement => {
  const { object } = found
  const { policy, now } = court.facts
  const need = object.tags.map((tag) => needed(tag, court)).find((judgement) => judgement !== undefined)
  if (need !== undefined) return need
  if (!object.tags.every(isCacheTag)) return keep('foreign', 'its tag is none that Strata makes', 'other')
  const spared = youngJudgement(object, court, 'untrusted') ?? foreignContent(found, court)
  if (spared !== undefined) return spared
  const period = Math.max(policy.expireAfter ?? UNTRUSTED_AGE, policy.minAge)
  const going = go('expired', `of an untrusted branch, and older than ${period / DAY} days`, 'untrusted')
  if (object.pushedAt === undefined) return afterNote(object, court, period, going)
  if (isPast(object.pushedAt, period, now)) return going
  return keep('young', `of an untrusted branch, and pushed at ${object.pushedAt}`, 'untrusted')
}
