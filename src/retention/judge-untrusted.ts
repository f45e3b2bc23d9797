import { PLAN_TYPE } from '../plan/plan-file.ts'
import { RECORDS_TYPE } from '../records/place.ts'
import type { FoundHolding } from './holding.ts'
import { foreignContent, needed } from './judge-cache.ts'
import { afterNote, go, isPast, keep, youngJudgement, type Court, type Judgement } from './judgement.ts'
import { isCacheTag } from './ours.ts'
import { keepGlobOf } from './policy.ts'

const DAY = 86_400_000

/** How long what branches without trust write stays where no `expire-after` is given, ms. */
const UNTRUSTED_AGE = 7 * DAY

/** It goes once it is old enough. Where no push time is known, age counts from the first prune that saw it. */
const judgeAge = ({ object }: FoundHolding, court: Court): Judgement => {
  const { policy, now } = court.facts
  const period = Math.max(policy.expireAfter ?? UNTRUSTED_AGE, policy.minAge)
  const going = go('expired', `of an untrusted branch, and older than ${period / DAY} days`, 'untrusted')
  if (object.pushedAt === undefined) return afterNote(object, court, period, going)
  if (isPast(object.pushedAt, period, now)) return going
  return keep('young', `of an untrusted branch, and pushed at ${object.pushedAt}`, 'untrusted')
}

/**
 * Judges what is in the cache repository of untrusted branches, by age alone: whoever writes there could write any record,
 * too.
 */
export const judgeUntrusted = (found: FoundHolding, court: Court): Judgement => {
  const { object } = found
  const need = object.tags.map((tag) => needed(tag, court)).find((judgement) => judgement !== undefined)
  if (need !== undefined) return need
  if (!object.tags.every(isCacheTag)) return keep('foreign', 'its tag is none that Strata makes', 'other')
  return youngJudgement(object, court, 'untrusted') ?? foreignContent(found, court) ?? judgeAge(found, court)
}

/**
 * Judges what is beside that cache, records and kept plans, by age alone, too. What they say is not looked at, and their
 * tags, which have a time in them, are not believed.
 */
export const judgeUntrustedRecords = (found: FoundHolding, court: Court): Judgement => {
  const { object, inspection } = found
  const glob = object.tags.map((tag) => keepGlobOf(court.facts.policy, [tag])).find((each) => each !== undefined)
  if (glob !== undefined) return keep('keep', `"${glob}" of keep holds its tag`, 'keep')
  const type = inspection.status === 'read' ? inspection.content.artifactType : undefined
  if (object.tags.length === 0 || (type !== RECORDS_TYPE && type !== PLAN_TYPE))
    return keep('foreign', 'it is no artifact of records', 'other')
  return youngJudgement(object, court, 'untrusted') ?? judgeAge(found, court)
}
