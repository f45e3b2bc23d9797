import type { WorkLeaf, WorkNode } from '../../src/plan/schedule/work.ts'

/** Cold work, as a plan would hand it to the scheduler. */
export type Work = { readonly nodes: readonly WorkNode[]; readonly leaves: readonly WorkLeaf[] }

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export type Chance = () => number

/** A generator of numbers; equal seeds, equal numbers. */
export const makeChance = (seed: number): Chance => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const once = Math.imul(state ^ (state >>> 15), state | 1)
    const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61))
    return ((twice ^ (twice >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A number between two others, each as likely. */
export const between = (chance: Chance, low: number, high: number): number => low + chance() * (high - low)

/** A whole number between two others, each as likely. */
export const wholeBetween = (chance: Chance, low: number, high: number): number =>
  Math.floor(between(chance, low, high + 1))

/** What a layer's steps take in seconds, and what they add to the disk in MB. */
type Costs = { readonly seconds: readonly [number, number]; readonly megabytes: readonly [number, number] }

/** Kinds of layers. What comes in is from public build logs: an upgrade, a compiler or framework, some tools, an app. */
const COSTS = {
  security: { seconds: [20, 90], megabytes: [20, 120] },
  core: { seconds: [120, 900], megabytes: [300, 2_500] },
  light: { seconds: [10, 60], megabytes: [20, 300] },
  app: { seconds: [10, 120], megabytes: [10, 200] },
} as const satisfies Readonly<Record<string, Costs>>

/** One layer of a factory: its kind, and how many variants stand on each prefix below. */
export type LayerShape = { readonly kind: keyof typeof COSTS; readonly variants: number }

/** A factory: its layers from the bottom, and what of it is there and cold. */
export type Shape = {
  readonly layers: readonly LayerShape[]
  readonly pools: number
  /** Share of combinations that exist, of those possible. */
  readonly kept: number
  /** Share of prefixes below the uppermost layer that are a manifest of their own as well. */
  readonly early: number
  /** 1: costs are spread evenly over their range; more: most are low and few are high. */
  readonly skew: number
  /** The lowest layer that changed; everything above what changed is cold. */
  readonly changed: number
  /** Share of that layer's prefixes that changed. */
  readonly share: number
}

type Growing = {
  readonly nodes: WorkNode[]
  readonly leaves: WorkLeaf[]
  readonly chance: Chance
  readonly shape: Shape
}

/** A prefix that its children stand on; `node` is absent while it is warm. */
type Below = { readonly id: string; readonly pool: string; readonly level: number; readonly node?: number }

const addLeaf = ({ leaves, chance }: Growing, { id, pool, node }: Below): void => {
  const leaf = { id: `leaf ${id}`, pool, cost: between(chance, 3_000, 10_000), bytes: 1e6 }
  leaves.push(node === undefined ? leaf : { ...leaf, node })
}

/** A variant costs about the same on every prefix, so costs come from its number and a little chance. */
const costOf = (chance: Chance, [low, high]: readonly [number, number], base: number, skew: number): number =>
  Math.min(high, (low + base ** skew * (high - low)) * between(chance, 0.9, 1.1))

const grow = (growing: Growing, below: Below, bases: readonly (readonly number[])[]): void => {
  const { shape, chance, nodes } = growing
  const layer = shape.layers[below.level]
  if (layer === undefined) {
    addLeaf(growing, below)
    return
  }
  if (below.level > 0 && chance() < shape.early) addLeaf(growing, below)
  for (let variant = 0; variant < layer.variants; variant++) {
    if (variant > 0 && chance() > shape.kept) continue
    const cold = below.node !== undefined || (below.level >= shape.changed && chance() < shape.share)
    const id = `${below.id}/${layer.kind}${below.level}-${variant}`
    const { seconds, megabytes } = COSTS[layer.kind]
    const base = bases[below.level]?.[variant] ?? 0.5
    const cost = costOf(chance, seconds, base, shape.skew) * 1_000
    const bytes = costOf(chance, megabytes, base, shape.skew) * 1e6
    const parent = below.node === undefined ? {} : { parent: below.node }
    const level = below.level + 1
    if (!cold) grow(growing, { id, pool: below.pool, level }, bases)
    else
      grow(
        growing,
        { id, pool: below.pool, level, node: nodes.push({ id, pool: below.pool, cost, bytes, ...parent }) - 1 },
        bases,
      )
  }
}

/** All cold work of a factory of that shape. */
export const growWork = (shape: Shape, chance: Chance): Work => {
  const growing: Growing = { nodes: [], leaves: [], chance, shape }
  const bases = shape.layers.map(({ variants }) => Array.from({ length: variants }, chance))
  for (const pool of ['linux/amd64', 'linux/arm64'].slice(0, shape.pools)) {
    grow(growing, { id: pool, pool, level: 0 }, bases)
  }
  return { nodes: growing.nodes, leaves: growing.leaves }
}

const STACKS: readonly (readonly LayerShape['kind'][])[] = [
  ['core', 'app'],
  ['security', 'core', 'app'],
  ['security', 'core', 'light', 'app'],
  ['security', 'core', 'core', 'light', 'app'],
]

/**
 * A factory by chance: 2 to 5 layers, 10 to 2,000 work items (each order of size as likely), one platform or two, up to
 * 8 variants of each lower layer and as many of the uppermost as are needed, 50 to 100 % of all combinations, costs
 * even or skewed. What is cold follows from what changed: any layer, each as likely, in 20 to 100 % of its prefixes.
 */
export const randomShape = (chance: Chance): Shape => {
  const kinds = STACKS[wholeBetween(chance, 0, STACKS.length - 1)] ?? []
  const size = Math.exp(between(chance, Math.log(10), Math.log(2_000)))
  const pools = chance() < 0.5 ? 1 : 2
  const kept = between(chance, 0.5, 1)
  let left = size / pools
  const layers = kinds.map((kind, level): LayerShape => {
    const isLast = level === kinds.length - 1
    const most = Math.max(1, Math.min(8, Math.round(Math.sqrt(left))))
    const variants = isLast ? Math.max(1, Math.round(left)) : wholeBetween(chance, 1, most)
    left /= Math.max(1, variants * kept)
    return { kind, variants }
  })
  const changed = wholeBetween(chance, 0, kinds.length - 1)
  const share = chance() < 0.5 ? 1 : between(chance, 0.2, 1)
  return { layers, pools, kept, early: chance() < 0.3 ? 0.2 : 0, skew: chance() < 0.5 ? 1 : 3, changed, share }
}
