import type { FoundHolding } from './holding.ts'
import type { Judgement } from './judgement.ts'

/** A holding with what is thought of it. */
export type Judged = { readonly found: FoundHolding; readonly judgement: Judgement }

/** What holdings of a store lead to, by their places in the list: children of indexes, and referrers of what is there. */
export type Leads = readonly (readonly number[])[]

/** Finds what each holding leads to. What shares a digest leads to each other. */
export const leadsOf = (holdings: readonly FoundHolding[]): Leads => {
  const places = new Map<string, number[]>()
  for (const [index, { object }] of holdings.entries()) {
    if (object.digest === undefined) continue
    const own = places.get(object.digest)
    if (own === undefined) places.set(object.digest, [index])
    else own.push(index)
  }
  const leads = holdings.map(() => new Set<number>())
  for (const [index, { object, inspection }] of holdings.entries()) {
    const own = object.digest === undefined ? [] : (places.get(object.digest) ?? [])
    for (const other of own) if (other !== index) leads[index]?.add(other)
    if (inspection.status !== 'read') continue
    const { children, subject } = inspection.content
    for (const { digest } of children) for (const child of places.get(digest) ?? []) leads[index]?.add(child)
    for (const about of subject === undefined ? [] : (places.get(subject) ?? [])) leads[about]?.add(index)
  }
  return leads.map((to, index) => [...to].filter((other) => other !== index).sort((a, b) => a - b))
}

/** Everything that some places lead to, themselves included. */
const reachedFrom = (start: Iterable<number>, leads: Leads): ReadonlySet<number> => {
  const reached = new Set(start)
  // A Set that grows while it is walked is walked to its end.
  for (const index of reached) for (const next of leads[index] ?? []) reached.add(next)
  return reached
}

/**
 * Which holdings go, by their places: those that were judged so, and those without a tag that only such ones lead to.
 * Whatever something that stays leads to stays, and so does what the store will not delete.
 */
export const findGoing = (judged: readonly Judged[], leads: Leads): ReadonlySet<number> => {
  const placesOf = (test: (each: Judged) => boolean): readonly number[] =>
    judged.flatMap((each, index) => (test(each) ? [index] : []))
  const staying = placesOf(({ found, judgement }) => judgement.fate === 'keep' || found.object.locked !== undefined)
  const kept = reachedFrom(staying, leads)
  const doomed = placesOf(({ judgement }) => judgement.fate === 'go').filter((index) => !kept.has(index))
  const led = reachedFrom(doomed, leads)
  const loose = placesOf(({ judgement }) => judgement.fate === 'loose').filter((index) => !led.has(index))
  const all = reachedFrom([...kept, ...loose], leads)
  return new Set([...led].filter((index) => !all.has(index)))
}
