import type { Io } from '../../io/io.ts'
import { backendOf } from '../../layers/cache-place.ts'
import type { RunEvent } from '../../plan/access.ts'
import { foldPins, type Pins } from '../../plan/pins.ts'
import { inputError } from '../../problem.ts'
import { recordsRepository, recordsTags } from '../../records/place.ts'
import type { CompatibilityRecord } from '../../records/record.ts'
import { fetchParts, listRecords } from '../planning/registry-records.ts'
import type { BuildInputs } from '../inputs.ts'
import { decideCache, NO_REFS } from './decide-cache.ts'
import type { LegWork } from './leg-work.ts'

/** Files of records that are read at the most: a ref may have been written long before the newest run. */
const MOST = 512

/** Refs that would be imported were all of them there: of each chain from the top, or the one that is named. */
const wantedRefs = (work: LegWork): readonly (readonly string[])[] =>
  work.chains.length > 0
    ? work.chains.map((chain) => chain.map(({ ref }) => ref).toReversed())
    : decideCache(work, NO_REFS, NO_REFS).items.map(({ from }) => from)

/** Reads records newest first, until the first ref of each work item is pinned, which holds all that is below it. */
const readPins = async (cacheRef: string, tops: readonly string[], event: RunEvent, io: Io): Promise<Pins> => {
  const repository = recordsRepository(cacheRef)
  if (repository === undefined) return new Map()
  const listed = await listRecords(repository, 'nothing is pinned', io)
  const tags = recordsTags(listed).slice(0, MOST)
  const found: CompatibilityRecord[] = []
  let pins: Pins = new Map()
  if (tops.length === 0) return pins
  for await (const part of fetchParts(repository, tags, io)) {
    found.push(...part)
    pins = foldPins(found, event)
    if (tops.every((ref) => pins.has(ref))) break
  }
  return pins
}

/**
 * With input `cache: pinned`, a leg that imports only what records of trusted runs name by digest. Throws an InputError
 * where a cache has no digests, since it would be read by a name that anybody may have moved.
 */
export const withPins = async (
  work: LegWork,
  { pinned }: Pick<BuildInputs, 'pinned'>,
  event: RunEvent,
  io: Io,
): Promise<LegWork> => {
  if (!pinned) return work
  const { ref } = work.plan.cache
  const backend = backendOf(ref ?? '')
  if (backend !== 'registry') {
    throw inputError(`input cache is pinned, and the backend of the cache is ${backend}, which has no digests to pin`, {
      expected: 'cache.backend registry, or cache: false, which reads nothing',
    })
  }
  if (!work.access.read) return { ...work, pins: new Map() }
  const wanted = wantedRefs(work)
  const tops = wanted.flatMap((refs) => refs.slice(0, 1))
  const pins = ref === undefined ? new Map<string, string>() : await readPins(ref, tops, event, io)
  const all = new Set(wanted.flat())
  const count = [...all].filter((each) => pins.has(each)).length
  io.actions.info(
    `${count} of ${all.size} cache refs are pinned by digest in records of trusted runs; nothing else is imported, and nothing is written`,
  )
  return { ...work, pins }
}
