import type { WorkItem, WorkLayer } from '../factory/work-item.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Platform } from '../oci/platform.ts'
import { remember } from '../remember.ts'

/** Where a fragment stands in the images that use it. */
export type FragmentStack = {
  /** One of the layers that use it. */
  readonly layer: WorkLayer
  readonly platforms: ReadonlySet<Platform>
  /** Whether no layer with a fragment stands above it in any image. */
  readonly top: boolean
  readonly stepsBelow: number
  /** Fragments that stand below it in some image. */
  readonly below: ReadonlySet<string>
}

type Growing = {
  readonly layer: WorkLayer
  readonly platforms: Set<Platform>
  top: boolean
  stepsBelow: number
  readonly below: Set<string>
}

const stepsOf = (fragment: Fragment | undefined): number => fragment?.stages.at(-1)?.steps.length ?? 0

/** The stack of each fragment that work items use, by its path, in the order of the items. */
export const stackOf = (
  items: readonly WorkItem[],
  fragments: ReadonlyMap<string, Fragment>,
): ReadonlyMap<string, FragmentStack> => {
  const stacks = new Map<string, Growing>()
  for (const { layers, platform } of items) {
    const used = layers.flatMap((layer) => (layer.fragment === undefined ? [] : [{ layer, file: layer.fragment }]))
    let steps = 0
    for (const [index, { layer, file }] of used.entries()) {
      const stack = remember(stacks, file, () => ({
        ...{ layer, platforms: new Set<Platform>(), top: true, stepsBelow: 0, below: new Set<string>() },
      }))
      stack.platforms.add(platform)
      stack.top &&= index === used.length - 1
      stack.stepsBelow = Math.max(stack.stepsBelow, steps)
      for (const below of used.slice(0, index)) stack.below.add(below.file)
      steps += stepsOf(fragments.get(file))
    }
  }
  return stacks
}
