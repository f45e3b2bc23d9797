import type { Io } from '../../io/io.ts'
import { poolOf } from '../../plan/leg.ts'
import type { PoolBuilders } from '../wanted-builder.ts'
import type { LegWork } from './leg-work.ts'

/**
 * What the plan says of the builder of a job: that of its leg's pool, or of the only pool that its work items have. A job
 * that builds for several pools is in none of them, and is told so.
 */
export const poolBuilders = (
  { plan: { builders }, leg, items }: Pick<LegWork, 'plan' | 'leg' | 'items'>,
  io: Io,
): PoolBuilders => {
  const mixed = Object.keys(builders).length > 0
  const pools = leg === undefined ? [...new Set(items.map(({ item }) => poolOf(item)))] : [leg.pool]
  const [name = ''] = pools
  const settings = builders[name]
  if (pools.length === 1) return settings === undefined ? { mixed } : { pool: { name, settings }, mixed }
  const unused = pools.filter((pool) => builders[pool] !== undefined)
  if (unused.length > 0) {
    io.actions.info(`The builders of pools ${unused.join(', ')} are not used: this job builds for ${pools.join(', ')}`)
  }
  return { mixed }
}
