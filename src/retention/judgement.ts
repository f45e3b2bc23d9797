import type { FoundHolding, Holding, StoreListing } from './holding.ts'
import type { Cause, Needs } from './needs.ts'
import { timeOf } from './policy.ts'
import type { DecidingRule, RetentionFacts } from './prune-plan.ts'

/**
 * What is thought of a holding before it is known what leads to it. `keep`: it stays, and all it leads to. `go`: it goes
 * unless something that stays leads to it. `loose`: it goes with what leads to it, and stays where nothing does.
 */
export type Judgement = Cause & {
  readonly fate: 'keep' | 'go' | 'loose'
  /** What the next prune has to know of it, where nothing needs it. */
  readonly note?: string
}

/** What holdings of one store are judged by. */
export type Court = { readonly store: StoreListing; readonly facts: RetentionFacts; readonly needs: Needs }

/** It stays. */
export const keep = (rule: DecidingRule, reason: string, group: string): Judgement => ({
  ...{ fate: 'keep', rule, reason, group },
})

/** It goes, unless something that stays leads to it. */
export const go = (rule: DecidingRule, reason: string, group: string): Judgement => ({
  ...{ fate: 'go', rule, reason, group },
})

/** What is not Strata's. Without a tag it belongs to what leads to it. */
export const foreign = ({ tags }: Holding, reason: string): Judgement =>
  tags.length > 0
    ? keep('foreign', reason, 'other')
    : { fate: 'loose', rule: 'foreign', reason: 'nothing that is known leads to it', group: 'untagged' }

/** What a note of a holding is called. A tag that moved is another one. */
export const noteOf = ({ name }: Pick<StoreListing, 'name'>, { tags, digest, id }: Holding): string =>
  `${name}/${[...tags].sort().join(',')}@${digest ?? id}`

/** Digests of what has no tag that earlier prunes noted in a store. */
export const notedDigests = (name: string, noted: RetentionFacts['state']['noted']): readonly string[] => {
  const start = noteOf({ name }, { id: '', tags: [], digest: '' })
  return Object.keys(noted).flatMap((note) => (note.startsWith(start) ? [note.slice(start.length)] : []))
}

/** Whether a time is at least so long ago, ms. A time that is not known or lies in the future is not. */
export const isPast = (time: string | undefined, period: number, now: string): boolean =>
  timeOf(now) - timeOf(time) >= period

/** Why a holding is too young to be touched, where its store knows when it was pushed. */
export const youngJudgement = ({ pushedAt }: Holding, { facts }: Court, group: string): Judgement | undefined =>
  pushedAt === undefined || isPast(pushedAt, facts.policy.minAge, facts.now)
    ? undefined
    : keep('young', `pushed at ${pushedAt}, which is younger than min-age`, group)

/** It goes once it was noted at least `period` ago, and is noted until then. */
export const afterNote = (object: Holding, court: Court, period: number, going: Judgement): Judgement => {
  const note = noteOf(court.store, object)
  const since = court.facts.state.noted[note]
  if (isPast(since, period, court.facts.now)) return { ...going, note }
  const reason = `${going.reason}; it goes when a later prune still finds it so`
  return { ...keep('noted', reason, going.group), note }
}

/**
 * Whether it is known what a holding leads to. A BuildKit cache that a record says was written leads to nothing, so it
 * need not be read.
 */
export const isKnown = ({ object, inspection }: FoundHolding, { written }: Pick<Needs, 'written'>): boolean => {
  if (inspection.status === 'unread' || inspection.status === 'unreadable')
    return object.digest !== undefined && written.has(object.digest)
  return true
}

/** Groups that are named before the rest is counted. */
const MAX_GROUPS = 3

/** One judgement of those of all tags of a holding: they live and die together. */
export const joinJudgements = (judgements: readonly Judgement[]): Judgement | undefined => {
  const staying = judgements.filter(({ fate }) => fate !== 'go')
  const found = staying.find(({ rule }) => rule !== 'foreign' && rule !== 'noted') ?? staying[0] ?? judgements[0]
  if (found === undefined) return undefined
  const groups = [...new Set(judgements.map(({ group }) => group))].toSorted()
  const more = groups.length > MAX_GROUPS ? ` and ${groups.length - MAX_GROUPS} more` : ''
  const note = judgements.find((each) => each.note !== undefined)?.note
  const { fate, rule, reason } = found
  return {
    ...{ fate, rule, reason, group: `${groups.slice(0, MAX_GROUPS).join(', ')}${more}` },
    ...(note !== undefined && (fate === 'go' || rule === 'noted') ? { note } : {}),
  }
}
