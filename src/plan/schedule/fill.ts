import { at, filled } from './column.ts'
import { withTarget, type Draft } from './draft.ts'
import type { Forest } from './forest.ts'
import { parallelLegs, type Room } from './limits.ts'
import { mix } from './rank.ts'
import type { ScheduleOptions } from './work.ts'

/** Which legs take work ahead: none, those that a wave has anyway, or also new ones. */
export type FillStyle = 'none' | 'own' | 'more'

/** Classes of weight for each doubling; see fillOrder. */
const CLASSES = 2

/** The order in which nodes are taken ahead: those with most work above first, by class and then by id, parents first. */
export const fillOrder = ({ nodes }: Forest): Int32Array => {
  const sizes = Int32Array.from(nodes.weight, (weight) => Math.round(Math.log2(weight + 1) * CLASSES))
  // Parents stand before their children already, and sorting is stable within a class and depth.
  return Int32Array.from(nodes.cost.keys()).sort((a, b) => at(sizes, b) - at(sizes, a) || a - b)
}

/** Which phase builds what: `stage` holds the phase of every node, and filling a wave changes it. */
export type Staging = {
  readonly forest: Forest
  readonly stage: Int32Array
  readonly wave: number
  /** See fillOrder. */
  readonly order: Int32Array
  readonly options: ScheduleOptions
}

type Filling = Staging & {
  readonly room: Room
  readonly drafts: Draft[]
  /** Leg that builds a node of this wave; one of them where there are several. */
  readonly legOf: Int32Array
  /** Legs that may still be opened. */
  left: number
}

const loadWith = ({ forest }: Filling, { load }: Draft, node: number): Room =>
  withTarget(load, at(forest.nodes.cost, node), at(forest.nodes.bytes, node))

const fits = (filling: Filling, draft: Draft, node: number): boolean => {
  const load = loadWith(filling, draft, node)
  const { room } = filling
  return load.ms <= room.ms && load.bytes <= room.bytes && load.targets <= room.targets
}

/** Adds a node to a leg, if it has room. */
const take = (filling: Filling, node: number, leg: number): void => {
  const draft = filling.drafts[leg]
  if (draft === undefined || !fits(filling, draft, node)) return
  draft.load = loadWith(filling, draft, node)
  draft.nodes.push(node)
  filling.legOf[node] = leg
  filling.stage[node] = filling.wave
}

/** A new leg of a pool takes the lowest free slot. */
const openLeg = (filling: Filling, pool: number): number => {
  const { drafts } = filling
  if (filling.left === 0) return -1
  filling.left -= 1
  const used = new Set(drafts.filter((draft) => draft.pool === pool).map(({ slot }) => slot))
  let slot = 0
  while (used.has(slot)) slot += 1
  return drafts.push({ pool, slot, leaves: [], nodes: [], load: { ms: 0, bytes: 0, targets: 0 } }) - 1
}

/** The leg that a node's id prefers among those of its pool with room, or -1. */
const preferredLeg = (filling: Filling, node: number): number => {
  const { forest, drafts } = filling
  const [pool, hash] = [at(forest.nodes.pool, node), at(forest.nodes.hash, node)]
  let [best, most] = [-1, -Infinity]
  for (const [leg, draft] of drafts.entries()) {
    if (draft.pool !== pool) continue
    const preference = mix(hash, draft.slot)
    if (preference <= most || !fits(filling, draft, node)) continue
    best = leg
    most = preference
  }
  return best
}

/** A node that needs nothing of this wave goes to any leg with room, else to a new one. */
const takeAnywhere = (filling: Filling, node: number): void => {
  const leg = preferredLeg(filling, node)
  if (leg >= 0) take(filling, node, leg)
  else if (at(filling.forest.nodes.cost, node) <= filling.room.ms) {
    take(filling, node, openLeg(filling, at(filling.forest.nodes.pool, node)))
  }
}

const pass = (filling: Filling, anywhere: boolean): void => {
  const { forest, stage, wave, legOf } = filling
  for (const node of filling.order) {
    if (at(stage, node) <= wave) continue
    const parent = at(forest.nodes.parent, node)
    const parentStage = parent < 0 ? -1 : at(stage, parent)
    if (parentStage === wave) take(filling, node, at(legOf, parent))
    else if (anywhere && parentStage < wave) takeAnywhere(filling, node)
  }
}

/**
 * Lets the legs of a wave that end before it does build nodes of later phases, up to the room. First what only they can
 * take, since it stands on their own nodes, then what any leg can.
 */
export const fillWave = (staging: Staging, given: readonly Draft[], room: Room, style: FillStyle): readonly Draft[] => {
  if (style === 'none') return given
  const drafts = [...given]
  const legOf = filled(staging.forest.nodes.count, -1)
  for (const [leg, { nodes }] of drafts.entries()) for (const node of nodes) if (at(legOf, node) < 0) legOf[node] = leg
  const left = style === 'more' ? Math.max(0, parallelLegs(staging.options) - drafts.length) : 0
  const filling: Filling = { ...staging, room, drafts, legOf, left }
  pass(filling, false)
  pass(filling, true)
  return drafts
}
