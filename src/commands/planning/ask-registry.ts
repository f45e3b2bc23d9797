import type { WorkItem } from '../../factory/work-item.ts'
import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { prefixTags } from '../../layers/cache-refs.ts'
import type { LayerTree } from '../../layers/tree.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { locationOf, refsOf } from '../../plan/cache-location.ts'
import { type EarlierBuilds, earlierRefs, NO_EARLIER } from '../../plan/earlier.ts'
import { firstItems } from '../../plan/plan-prefixes.ts'
import { cacheStates, mustRun } from '../../plan/prefixes.ts'
import { stableRecords } from '../../plan/stable-work.ts'
import { type EarlierSubject, fetchEarlierRecords } from './earlier-records.ts'
import { lookUpRefs } from './look-up-refs.ts'
import type { Subjects } from './subjects.ts'

/** What earlier builds say, asked for once and when it is needed. */
export type AskEarlier = () => Promise<EarlierBuilds>

/** What earlier builds say of what a plan is about. */
export const createAskEarlier = (
  { items, stable, probes }: Subjects & Pick<EarlierSubject, 'probes'>,
  cache: PlannedCache,
  context: Context,
  io: Io,
): AskEarlier => {
  const find = async (): Promise<EarlierBuilds> => {
    if (stable === undefined) return fetchEarlierRecords({ items, probes }, cache, context, io)
    const { records, ...rest } = await fetchEarlierRecords({ items: stable.sources.flat(), probes }, cache, context, io)
    return { records: stableRecords(stable, records), ...rest }
  }
  let found: Promise<EarlierBuilds> | undefined
  return () => (found ??= find())
}

/** The work that is asked about. */
export type Asked = { readonly items: readonly WorkItem[]; readonly tree: LayerTree }

/** What is known before anything is built: tags of the prefixes, what the cache holds of them, what earlier builds did. */
export type Known = {
  /** Empty where refs are not named by content. */
  readonly tags: readonly string[]
  readonly states: ReturnType<typeof cacheStates>
  readonly earlier: EarlierBuilds
}

/** The refs of each prefix, in the repositories that are read, its own first. */
export const refsOfPrefixes = (
  { items, tree }: Asked,
  tags: readonly string[],
  cache: PlannedCache,
): readonly (readonly string[])[] => {
  const first = firstItems(tree).map((index) => items[index])
  return tags.map((tag, index) => {
    const item = first[index]
    return item === undefined ? [] : refsOf(locationOf(cache, item), tag)
  })
}

/** Asks the registry for everything that helps: nothing is known of the cache where refs are not named by content. */
export const askRegistry = async (
  cache: PlannedCache,
  { items, tree }: Asked,
  { stable, askEarlier }: { readonly stable: boolean; readonly askEarlier: AskEarlier },
  io: Io,
): Promise<Known> => {
  if (cache.strategy !== 'layer') return { tags: [], states: [], earlier: await askEarlier() }
  const tags = prefixTags(tree.prefixes)
  const refs = refsOfPrefixes({ items, tree }, tags, cache)
  const know = async (earlier: EarlierBuilds): Promise<Known> => {
    const before = earlierRefs(items, tree, earlier.records)
    const named = tree.prefixes.flatMap((_, index) => before(index))
    const exists = await lookUpRefs(refs.flat(), named, cache.access, io)
    return { tags, states: cacheStates(tree, refs, { exists, earlier: before }), earlier }
  }
  // Most scheduled runs find everything warm. Then earlier builds have nothing to add.
  const alone = stable ? await know(NO_EARLIER) : undefined
  return alone?.states.some(mustRun) === false ? alone : know(await askEarlier())
}
