import type { Io } from '../../io/io.ts'
import { noCacheAccess } from '../../plan/access.ts'
import { renderBytes } from '../../plan/bytes.ts'
import { SetupError } from '../../problem.ts'
import type { WantedBuilder } from '../wanted-builder.ts'
import { isArrived, type BuiltLeg } from './leg-results.ts'
import type { LegWork } from './leg-work.ts'
import { tagsByHome } from './local-folders.ts'

/** Why the builder that the user chose cannot write a cache; undefined when it can. */
const obstacleOf = async (wanted: WantedBuilder, io: Io): Promise<string | undefined> => {
  try {
    const listed = wanted.name === undefined ? [] : await io.builders.list()
    const driver = listed.find(({ name }) => name === wanted.name)?.driver ?? wanted.settings.driver
    const isEngine = driver === 'docker'
    if (!isEngine || (await io.builders.engine()).containerdStore) return undefined
    return 'the engine has no containerd image store, and without it exports no cache'
  } catch (error) {
    // Whoever opens the builder says it better.
    if (error instanceof SetupError) return undefined
    throw error
  }
}

/** A cache that nobody asked for is not worth another builder than the one that was chosen. */
export const withoutEmbedded = async (work: LegWork, wanted: WantedBuilder, io: Io): Promise<LegWork> => {
  if (work.plan.cache.embedded !== true || !(work.access.read || work.access.write)) return work
  const obstacle = await obstacleOf(wanted, io)
  if (obstacle === undefined) return work
  io.actions.info(`There is no registry, and no cache is kept on this machine: ${obstacle}`)
  return { ...work, access: noCacheAccess(obstacle) }
}

/** The refs that arrived. */
const arrivedRefs = ({ written: { rendered }, outcome, disagreed }: BuiltLeg): readonly string[] => [
  ...[...rendered.writers].flatMap(([ref, writer]) => (isArrived(outcome, ref, writer) ? [ref] : [])),
  ...disagreed.refs.flatMap(({ ref, written }) => (written ? [ref] : [])),
]

/** Keeps what was written to folders of this machine within bounds, and for runs on other machines. Never fails a run. */
export const keepLocal = async (built: BuiltLeg, io: Io): Promise<void> => {
  const { work, written } = built
  const { items, prefixes } = written.rendered.refs
  const read = tagsByHome([...items, ...prefixes].flatMap(({ from }) => from))
  for (const [home, tags] of tagsByHome(work.access.write ? arrivedRefs(built) : [])) {
    const maxBytes = work.plan.cache.maxBytes ?? Infinity
    try {
      const kept = await io.localCache.keep({ home, written: tags, read: read.get(home) ?? [], maxBytes })
      const gone = kept.removed.length === 0 ? '' : `; ${kept.removed.length} old ones made room`
      io.actions.info(`The cache in this machine's folder ${home} holds ${renderBytes(kept.bytes)}${gone}`)
      if (kept.failures.length > 0) {
        const message = `the cache is not kept for other machines: ${kept.failures.join('; ')}`
        io.actions.warning({ title: 'Cache', message })
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      io.actions.warning({
        title: 'Cache',
        message: `the cache in folder ${home} could not be put in order: ${reason}`,
      })
    }
  }
}
