import type { Platform } from '../oci/platform.ts'
import { findCacheMounts, mountName, type CacheMount } from './cache-mounts.ts'
import type { RenderItem } from './leg.ts'
import type { StitchedStep } from './stitched.ts'

/** A step of a work item of a leg. */
export type MountUser = { readonly item: number; readonly step: StitchedStep }

/** A cache mount of a leg, and all steps that use it. */
export type LegMount = CacheMount & {
  readonly name: string
  readonly platforms: readonly Platform[]
  readonly users: readonly MountUser[]
}

/** The cache mounts of a leg that are worth filling, and what the log says of those that cannot be kept. */
export type LegMounts = { readonly mounts: readonly LegMount[]; readonly skipped: readonly string[] }

/**
 * The mounts of steps that will run, as far as that is known before the build: those with a step in a cold layer. A mount
 * of warm layers alone is not worth its transfer.
 */
export const legMounts = (
  items: readonly Pick<RenderItem, 'item' | 'dockerfile'>[],
  isCold: (item: number, layer: string) => boolean,
): LegMounts => {
  const found = new Map<string, { mount: CacheMount; platforms: Set<Platform>; users: MountUser[] }>()
  const skipped = new Set<string>()
  for (const [index, { item, dockerfile }] of items.entries()) {
    const steps = new Map(dockerfile.steps.map((step) => [step.rendered.start, step]))
    const { mounts, skipped: left } = findCacheMounts(dockerfile, item.platform)
    for (const { line, reason } of left) {
      const step = steps.get(line)
      skipped.add(`${step?.file ?? ''}:${step?.lines.start ?? 0}: its cache mount is not kept, as ${reason}`)
    }
    for (const { lines, ...mount } of mounts) {
      const known = found.get(mountName(mount)) ?? { mount, platforms: new Set(), users: [] }
      known.users.push(...lines.flatMap((line) => steps.get(line) ?? []).map((step) => ({ item: index, step })))
      known.platforms.add(item.platform)
      found.set(mountName(mount), known)
    }
  }
  const mounts = [...found].map(([name, { mount, platforms, users }]) => {
    return { ...mount, name, platforms: [...platforms].sort(), users }
  })
  const isUsed = ({ users }: LegMount): boolean => users.some(({ item, step }) => isCold(item, step.layer))
  return { mounts: mounts.filter(isUsed), skipped: [...skipped] }
}
