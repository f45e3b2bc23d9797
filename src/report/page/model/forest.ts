import type { ReportItem, ReportPrefix, RunReport } from '../../run-report.ts'

/** One choice for a layer, on all that stands below it, over all platforms: a row of the heat map. */
export type ForestNode = {
  readonly index: number
  /** Index of the node below; -1 at the bottom. */
  readonly parent: number
  readonly depth: number
  readonly layer: string
  readonly variant: string
  readonly children: readonly number[]
}

/** The layer trees of all platforms, laid over one another. */
export type Forest = {
  /** Parents before their children. */
  readonly nodes: readonly ForestNode[]
  readonly roots: readonly number[]
  /** For each prefix of the report its node. */
  readonly nodeOf: readonly number[]
  /** For each node its prefixes, as indices. */
  readonly prefixesOn: readonly (readonly number[])[]
  /** For each work item of the report its prefixes, top to bottom, as indices. */
  readonly chains: readonly (readonly number[])[]
  /** For each work item the node of its uppermost layer; -1 for one without layers. */
  readonly leafOf: readonly number[]
}

type Growing = {
  readonly nodes: (ForestNode & { readonly children: number[] })[]
  readonly roots: number[]
  readonly places: Map<string, number>
}

type Choice = { readonly layer: string; readonly variant: string }

/** The node of a choice on another node, which grows where it is not there yet. */
const nodeOn = ({ nodes, roots, places }: Growing, parent: number, { layer, variant }: Choice): number => {
  const id = JSON.stringify([parent, layer, variant])
  const known = places.get(id)
  if (known !== undefined) return known
  const index = nodes.length
  const below = nodes[parent]
  nodes.push({ index, parent, depth: below === undefined ? 0 : below.depth + 1, layer, variant, children: [] })
  places.set(id, index)
  const siblings = below === undefined ? roots : below.children
  siblings.push(index)
  return index
}

/** Prefixes of a work item by following parents; each only once, whatever the report says. */
const chainOf = (
  { top }: ReportItem,
  prefixes: readonly ReportPrefix[],
  indexOf: ReadonlyMap<string, number>,
): readonly number[] => {
  const chain = new Set<number>()
  let next = top === undefined ? undefined : indexOf.get(top)
  while (next !== undefined && !chain.has(next)) {
    chain.add(next)
    const parent: string | undefined = prefixes[next]?.parent
    next = parent === undefined ? undefined : indexOf.get(parent)
  }
  return [...chain]
}

/** Places the prefixes of a chain on the nodes of its work item's variants, by layer. */
const placeChain = (
  path: readonly (Choice & { readonly node: number })[],
  chain: readonly number[],
  prefixes: readonly ReportPrefix[],
  nodeOf: number[],
): void => {
  for (const index of chain) {
    const step = path.find(({ layer }) => layer === prefixes[index]?.layer)
    if (step !== undefined && nodeOf[index] === -1) nodeOf[index] = step.node
  }
}

/** Lays the layer trees of all platforms over one another: what has the same variants up to a layer is one node. */
export const growForest = ({ prefixes, items }: Pick<RunReport, 'prefixes' | 'items'>): Forest => {
  const growing: Growing = { nodes: [], roots: [], places: new Map() }
  const indexOf = new Map(prefixes.map(({ key }, index) => [key, index]))
  const nodeOf = new Array<number>(prefixes.length).fill(-1)
  const chains = items.map((item) => chainOf(item, prefixes, indexOf))
  const leafOf = items.map(({ variants }, index) => {
    let node = -1
    const path = variants.map((choice) => ({ ...choice, node: (node = nodeOn(growing, node, choice)) }))
    placeChain(path, chains[index] ?? [], prefixes, nodeOf)
    return node
  })
  // What no work item stands on, a prefix that was prewarmed say, hangs on its parent.
  for (const [index, prefix] of prefixes.entries()) {
    if (nodeOf[index] !== -1) continue
    const parent = prefix.parent === undefined ? undefined : indexOf.get(prefix.parent)
    nodeOf[index] = nodeOn(growing, parent === undefined ? -1 : (nodeOf[parent] ?? -1), prefix)
  }
  const prefixesOn = growing.nodes.map((): number[] => [])
  for (const [prefix, node] of nodeOf.entries()) prefixesOn[node]?.push(prefix)
  return { nodes: growing.nodes, roots: growing.roots, nodeOf, prefixesOn, chains, leafOf }
}
