import type { FoundHolding, HeldContent, StoreListing } from './holding.ts'
import type { Needs } from './needs.ts'
import type { PruneAmounts, PruneDecision, PrunePlan } from './prune-plan.ts'

/** What a holding keeps in its store, each with its size: its document and the blobs that it lists. */
const contentOf = (
  { object, inspection }: FoundHolding,
  { written }: Pick<Needs, 'written'>,
): readonly HeldContent[] => {
  const { digest = object.id, bytes } = object
  if (inspection.status !== 'read') return [{ digest, size: bytes ?? written.get(digest) ?? 0 }]
  return [{ digest, size: inspection.content.size }, ...inspection.content.blobs]
}

const sum = (contents: Iterable<readonly [string, number]>): number => {
  const sizes = new Map(contents)
  return [...sizes.values()].reduce((total, size) => total + size, 0)
}

/** All that a holding needs, bytes: each blob once, what it shares included. */
export const bytesOf = (found: FoundHolding, needs: Pick<Needs, 'written'>): number =>
  sum(contentOf(found, needs).map(({ digest, size }) => [digest, size]))

/** Whether it goes in this run. */
const goes = ({ verdict }: PruneDecision): boolean => verdict === 'delete'

const tagsOf = (decisions: readonly PruneDecision[]): number =>
  decisions.reduce((count, { object }) => count + object.tags.length, 0)

/** Sums a plan up. Registries keep a blob once however many repositories have it, so it is counted once for each host. */
export const amountsOf = (
  decisions: readonly PruneDecision[],
  stores: readonly StoreListing[],
  needs: Pick<Needs, 'written'>,
): PruneAmounts => {
  const going = new Set(decisions.filter(goes).map(({ store, object }) => `${store} ${object.id}`))
  const sized = stores.flatMap(({ name, repository, objects }) => {
    const host = repository?.split('/')[0] ?? name
    return objects.map((found) => ({
      contents: contentOf(found, needs).map(({ digest, size }) => [`${host} ${digest}`, size] as const),
      goes: going.has(`${name} ${found.object.id}`),
    }))
  })
  const isOfRecords = ({ role }: StoreListing): boolean => role === 'records' || role === 'untrusted-records'
  const records = new Set(stores.filter(isOfRecords).map(({ name }) => name))
  const refs = decisions.filter(({ store }) => !records.has(store))
  const all = tagsOf(refs)
  const count = (wanted: PruneDecision['verdict']): number =>
    decisions.filter(({ verdict }) => verdict === wanted).length
  return {
    ...{ kept: count('keep'), deleted: count('delete'), skipped: count('skip'), left: count('left') },
    bytesBefore: sum(sized.flatMap(({ contents }) => contents)),
    bytesAfter: sum(sized.flatMap((each) => (each.goes ? [] : each.contents))),
    share: all === 0 ? 0 : tagsOf(refs.filter(goes)) / all,
  }
}

/** The share of all refs above which a run stops and asks. */
export const CONFIRM_SHARE = 0.3

/** Whether so much goes that somebody has to say yes first. */
export const needsConfirm = ({ amounts }: Pick<PrunePlan, 'amounts'>): boolean => amounts.share > CONFIRM_SHARE
