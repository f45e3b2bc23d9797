import type { JudgedStore } from './judge-store.ts'
import type { Needs } from './needs.ts'
import { bytesOf } from './prune-amounts.ts'
import type { PruneDecision } from './prune-plan.ts'
import type { Judged, Leads } from './reach.ts'

/** What has to go after each, of what goes. What shares a digest leads to each other and has no order. */
const followersOf = (going: ReadonlySet<number>, leads: Leads): ReadonlyMap<number, readonly number[]> =>
  new Map(
    [...going].map((index) => [
      index,
      (leads[index] ?? []).filter((next) => going.has(next) && leads[next]?.includes(index) !== true),
    ]),
  )

type Followers = ReturnType<typeof followersOf>

/** How many holdings that go stand one after another before each. */
const depthsOf = (followers: Followers): ReadonlyMap<number, number> => {
  const depths = new Map<number, number>()
  let wave = new Set(followers.keys())
  for (let depth = 0; wave.size > 0 && depth < followers.size; depth++) {
    for (const index of wave) depths.set(index, depth)
    wave = new Set([...wave].flatMap((index) => followers.get(index) ?? []))
  }
  return depths
}

const parentsOf = (followers: Followers, judged: readonly Judged[]): ReadonlyMap<number, readonly string[]> => {
  const parents = new Map<number, string[]>()
  for (const [index, own] of followers)
    for (const next of own) {
      const id = judged[index]?.found.object.id ?? ''
      const known = parents.get(next)
      if (known === undefined) parents.set(next, [id])
      else known.push(id)
    }
  return parents
}

/** A decision, and how many things have to go before it. */
export type Ranked = { readonly decision: PruneDecision; readonly depth: number }

/** What becomes of everything in a store. */
export const decide = (judgedStore: JudgedStore, needs: Needs): readonly Ranked[] => {
  const { store, judged, leads, going, later } = judgedStore
  const followers = followersOf(going, leads)
  const depths = depthsOf(followers)
  const parents = parentsOf(followers, judged)
  const led = new Set(leads.flat())
  return judged.map(({ found, judgement }, index) => {
    const { object } = found
    const { fate, rule, reason, group } = judgement
    const common = { store: store.name, object, rule, reason, group, bytes: bytesOf(found, needs) }
    if (going.has(index)) {
      const why = fate === 'go' ? {} : ({ rule: 'with-parent', reason: 'only what goes leads to it' } as const)
      const own = parents.get(index) ?? []
      return { depth: depths.get(index) ?? 0, decision: { ...common, ...why, verdict: 'delete', parents: own } }
    }
    const decision = { ...common, parents: [] }
    if (fate === 'go' && object.locked !== undefined)
      return { depth: 0, decision: { ...decision, verdict: 'skip', reason: object.locked } }
    const isReached = fate === 'go' || (fate === 'loose' && led.has(index)) || (rule === 'noted' && !later.has(index))
    const reached = { rule: 'reached', reason: 'something that stays leads to it, or has its digest' } as const
    return { depth: 0, decision: { ...decision, ...(isReached ? reached : {}), verdict: 'keep' } }
  })
}

/** What goes, then all else; parents before children, and cut after `max-deletes`. */
export const order = (ranked: readonly Ranked[], maxDeletes = Infinity): readonly PruneDecision[] => {
  const goes = ranked.filter(({ decision }) => decision.verdict === 'delete').toSorted((a, b) => a.depth - b.depth)
  const rest = ranked.flatMap(({ decision }) => (decision.verdict === 'delete' ? [] : [decision]))
  return [...goes.map(({ decision }) => decision), ...rest].map((decision, index) =>
    index < maxDeletes || decision.verdict !== 'delete' ? decision : { ...decision, verdict: 'left' },
  )
}
