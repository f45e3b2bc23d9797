import { parseActionsCacheKey } from '../layers/actions-cache-key.ts'
import type { FoundHolding, Holding } from './holding.ts'
import { go, isPast, keep, youngJudgement, type Court, type Judgement } from './judgement.ts'
import { keepGlobOf, timeOf } from './policy.ts'

const GROUP = 'Actions cache'

/** An entry of a series of which only the newest is read. */
type Serial = { readonly object: Holding; readonly home: string; readonly place: number }

const keyOf = ({ tags }: Holding): string => tags[0] ?? ''

const serialOf = (object: Holding): readonly Serial[] => {
  const key = parseActionsCacheKey(keyOf(object))
  const { scope = '', pushedAt } = object
  if (key?.kind === 'index') return [{ object, home: `${key.cacheScope} ${scope}`, place: key.generation }]
  if (key?.kind !== 'own' || key.series === undefined || pushedAt === undefined) return []
  return [{ object, home: `${key.series} ${scope}`, place: timeOf(pushedAt) }]
}

/** Why an entry that is read is not any more: nobody did for long, or its branch is gone. */
const staleJudgement = ({ usedAt, pushedAt, scope }: Holding, { facts }: Court): Judgement | undefined => {
  const { policy, branches, now } = facts
  const branch = /^refs\/heads\/(.+)$/.exec(scope ?? '')?.[1]
  if (branch !== undefined && branches?.includes(branch) === false)
    return go('removed', `there is no branch ${branch} any more`, GROUP)
  const used = usedAt ?? pushedAt
  if (policy.expireAfter === undefined || used === undefined || !isPast(used, policy.expireAfter, now)) return undefined
  return go('expired', `not used since ${used}`, GROUP)
}

const judgeEntry = (object: Holding, newest: ReadonlyMap<string, number>, court: Court): Judgement => {
  const key = parseActionsCacheKey(keyOf(object))
  if (key === undefined) return keep('foreign', 'its key is none that Strata or BuildKit makes', 'other')
  const glob = keepGlobOf(court.facts.policy, object.tags)
  if (glob !== undefined) return keep('keep', `"${glob}" of keep holds its key`, GROUP)
  const young = youngJudgement(object, court, GROUP)
  if (young !== undefined) return young
  const [serial] = serialOf(object)
  if (serial !== undefined && serial.place < (newest.get(serial.home) ?? 0))
    return go('superseded', 'a later entry took its place', GROUP)
  if (key.kind === 'blob') return go('orphaned', 'no scope is left that may need it', GROUP)
  return staleJudgement(object, court) ?? keep('current', 'builds read it', GROUP)
}

/**
 * Judges entries of the Actions cache. Of a scope of BuildKit's `type=gha` and a Git ref, only the newest index is read;
 * older ones go, and so do those of a history or a group of a local cache. Nobody can tell which blobs an index needs, so blobs go only when no index stays. GitHub itself evicts
 * what was not used for a week.
 */
export const judgeActionsCache = (objects: readonly FoundHolding[], court: Court): readonly Judgement[] => {
  const newest = new Map<string, number>()
  for (const { home, place } of objects.flatMap(({ object }) => serialOf(object)))
    newest.set(home, Math.max(place, newest.get(home) ?? 0))
  const judgements = objects.map(({ object }) => judgeEntry(object, newest, court))
  const isIndex = (index: number): boolean =>
    parseActionsCacheKey(objects[index]?.object.tags[0] ?? '')?.kind === 'index'
  if (!judgements.some(({ fate }, index) => fate === 'keep' && isIndex(index))) return judgements
  return judgements.map((judgement) =>
    judgement.rule === 'orphaned'
      ? keep('reached', 'nobody can tell whether a scope that stays needs it; GitHub evicts what is not used', GROUP)
      : judgement,
  )
}
