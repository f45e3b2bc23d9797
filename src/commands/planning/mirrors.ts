import type { Io } from '../../io/io.ts'
import { parseReference } from '../../oci/reference.ts'
import type { PlannedCache } from '../../plan/cache.ts'

/** The cache without mirrors that do not answer. Each is asked once, and one warning names those that are skipped. */
export const withReachable = async (cache: PlannedCache, io: Io): Promise<PlannedCache> => {
  const { mirrors, ...rest } = cache
  if (mirrors === undefined || !(cache.access.read || cache.access.write)) return cache
  const faults = await Promise.all(
    mirrors.map(async ({ ref }) => {
      const reference = parseReference(ref)
      return reference === undefined ? 'it is no reference' : io.reach(reference)
    }),
  )
  const down = mirrors.flatMap(({ ref }, index) => (faults[index] === undefined ? [] : [ref]))
  if (down.length === 0) return cache
  const why = faults.find((fault) => fault !== undefined) ?? ''
  const message = `cache mirror ${down.join(' and ')} is skipped, as it does not answer: ${why}`
  io.actions.warning({ title: 'Cache', message })
  const left = mirrors.filter(({ ref }) => !down.includes(ref))
  return { ...rest, ...(left.length === 0 ? {} : { mirrors: left }) }
}
