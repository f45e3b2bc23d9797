import { renderNumber } from '../../report/quantity.ts'
import { doomedOf, type Decision } from './decision.ts'

/** The share of the refs that a run deletes without being told that this is meant. */
const MOST = 0.3

/**
 * Why a run must not delete what it decided without `confirm`; undefined when it may. Counts objects that have tags in
 * places of caches and images; records go with what they speak of.
 */
export const askToConfirm = (
  { places }: Pick<Decision, 'places'>,
  isRecords: (place: string) => boolean,
): string | undefined => {
  const counted = places.filter(({ place }) => !isRecords(place.store.name))
  const tagged = (objects: readonly { readonly found: { readonly object: { readonly tags: readonly string[] } } }[]) =>
    objects.filter(({ found }) => found.object.tags.length > 0).length
  const all = counted.reduce((sum, { objects }) => sum + tagged(objects), 0)
  const doomed = counted.reduce((sum, place) => sum + tagged(doomedOf(place)), 0)
  if (doomed <= all * MOST) return undefined
  const share = Math.round((doomed / all) * 100)
  return `it would delete ${renderNumber(doomed)} of ${renderNumber(all)} refs (${share} %), more than 30 %: look at the report, and if that is right run it again with confirm: true`
}
