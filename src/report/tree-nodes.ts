import type { Platform } from '../oci/platform.ts'
import type { PrefixState } from '../plan/prefixes.ts'

/** What is known of a prefix: by a plan before it is built, or by a report afterwards. */
export type NodeState = PrefixState | 'cached' | 'ran' | 'failed' | 'skipped'

/**
 * What a picture shows in one box: a prefix, several prefixes of one layer, or, with state `base`, the base image that
 * the lowest prefixes stand on.
 */
export type TreeNode = {
  readonly layer: string
  readonly variants: readonly string[]
  /** How many prefixes it stands for. */
  readonly count: number
  /** Own steps of all of them. */
  readonly steps: number
  /** How many of them the cache has, or had. */
  readonly held: number
  readonly state: NodeState | 'mixed' | 'base'
  /** Work items that end here. */
  readonly ends: number
  readonly children: readonly TreeNode[]
}

/** A tree that these platforms have alike. */
export type PlatformTree = { readonly platforms: readonly Platform[]; readonly roots: readonly TreeNode[] }

/** A prefix of a tree. */
export type TreePrefix = {
  /** Index of the prefix below. */
  readonly parent?: number
  readonly platform: Platform
  readonly layer: string
  readonly variant: string
  /** Index of the first work item that has it. */
  readonly item: number
  readonly state: NodeState
  /** Index into the contents. */
  readonly content: number
}

/** What a tree is made of; a plan has all of it. */
export type TreeSource = {
  readonly items: readonly {
    readonly platform: Platform
    readonly layers: readonly { readonly layer: string; readonly variant: string }[]
  }[]
  /** For each work item the index of its highest prefix; null for one without any step. */
  readonly tops: readonly (number | null)[]
  /** Parents before their children. */
  readonly prefixes: readonly TreePrefix[]
  readonly contents: readonly { readonly steps: number }[]
}

const HELD: ReadonlySet<NodeState> = new Set<NodeState>(['warm', 'covered', 'cached'])

/** A box that is still being filled: children and ends come in as they are met. */
type OpenNode = Omit<TreeNode, 'children' | 'ends'> & { ends: number; readonly children: OpenNode[] }

const openPrefix = ({ layer, variant, state, content }: TreePrefix, { contents }: TreeSource): OpenNode => ({
  ...{ layer, variants: [variant], count: 1, steps: contents[content]?.steps ?? 0 },
  ...{ held: HELD.has(state) ? 1 : 0, state, ends: 0, children: [] },
})

const baseNode = (layer: string, variant: string): OpenNode => ({
  ...{ layer, variants: [variant], count: 0, steps: 0, held: 0, state: 'base', ends: 0, children: [] },
})

/** The trees of all platforms, bases at their roots. */
const openTrees = (source: TreeSource): ReadonlyMap<Platform, readonly OpenNode[]> => {
  const { items, tops, prefixes } = source
  const roots = new Map<Platform, OpenNode[]>()
  const bases = new Map<string, OpenNode>()
  const addRoot = (platform: Platform, node: OpenNode): OpenNode => {
    const known = roots.get(platform)
    if (known === undefined) roots.set(platform, [node])
    else known.push(node)
    return node
  }
  /** The box of the base that a work item stands on. */
  const baseOf = (item: number, platform: Platform): OpenNode | undefined => {
    const { layer, variant } = items[item]?.layers[0] ?? {}
    if (layer === undefined || variant === undefined) return undefined
    const name = JSON.stringify([platform, layer, variant])
    const node = bases.get(name) ?? addRoot(platform, baseNode(layer, variant))
    bases.set(name, node)
    return node
  }
  const nodes: OpenNode[] = []
  for (const prefix of prefixes) {
    const node = openPrefix(prefix, source)
    nodes.push(node)
    const isLowest = items[prefix.item]?.layers[0]?.layer === prefix.layer
    const below = prefix.parent === undefined ? undefined : nodes[prefix.parent]
    const parent = below ?? (isLowest ? undefined : baseOf(prefix.item, prefix.platform))
    if (parent === undefined) addRoot(prefix.platform, node)
    else parent.children.push(node)
  }
  for (const [index, item] of items.entries()) {
    const top = tops[index] ?? undefined
    const node = top === undefined ? baseOf(index, item.platform) : nodes[top]
    if (node !== undefined) node.ends++
  }
  return roots
}

/** The layer tree of each platform; trees that look alike are one. Platforms in the order of their first prefix. */
export const platformTrees = (source: TreeSource): readonly PlatformTree[] =>
  [...Map.groupBy(openTrees(source), ([, roots]) => JSON.stringify(roots)).values()].map((alike) => ({
    platforms: alike.map(([platform]) => platform),
    roots: alike[0]?.[1] ?? [],
  }))

/** How many boxes these and all above them are. */
export const countNodes = (nodes: readonly TreeNode[]): number =>
  nodes.reduce((sum, { children }) => sum + 1 + countNodes(children), 0)

const heightOf = (nodes: readonly TreeNode[]): number =>
  nodes.reduce((height, { children }) => Math.max(height, 1 + heightOf(children)), 0)

const joinNodes = (nodes: readonly TreeNode[]): TreeNode => {
  const sum = (of: (node: TreeNode) => number): number => nodes.reduce((total, node) => total + of(node), 0)
  const states = new Set(nodes.map(({ state }) => state))
  const [state = 'mixed', ...others] = states
  return {
    layer: nodes[0]?.layer ?? '',
    variants: [...new Set(nodes.flatMap(({ variants }) => variants))],
    count: sum(({ count }) => count),
    steps: sum(({ steps }) => steps),
    held: sum(({ held }) => held),
    state: others.length === 0 ? state : 'mixed',
    ends: sum(({ ends }) => ends),
    children: nodes.flatMap(({ children }) => children),
  }
}

/** Draws siblings of one layer as one box, from that height upwards. */
const foldSiblings = (nodes: readonly TreeNode[], height: number): readonly TreeNode[] => {
  const groups = height > 0 ? nodes.map((node) => [node]) : [...Map.groupBy(nodes, ({ layer }) => layer).values()]
  return groups.map((group) => {
    const node = joinNodes(group)
    return { ...node, children: foldSiblings(node.children, height - 1) }
  })
}

/**
 * The trees with at most `max` boxes: where they have more, siblings of the upper layers become one box, then those of
 * lower ones. Undefined when even that is too much.
 */
export const fitTrees = (trees: readonly PlatformTree[], max: number): readonly PlatformTree[] | undefined => {
  const fits = (all: readonly PlatformTree[]): boolean =>
    all.reduce((sum, { roots }) => sum + countNodes(roots), 0) <= max
  if (fits(trees)) return trees
  const top = Math.max(0, ...trees.map(({ roots }) => heightOf(roots) - 1))
  for (let height = top; height >= 0; height--) {
    const folded = trees.map(({ platforms, roots }) => ({ platforms, roots: foldSiblings(roots, height) }))
    if (fits(folded)) return folded
  }
  return undefined
}
