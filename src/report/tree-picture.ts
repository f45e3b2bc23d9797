import { BOX_STYLES, renderLabel, type BoxStyle } from './mermaid.ts'
import { renderCount, renderNumber } from './quantity.ts'
import { countNodes, fitTrees, platformTrees, type PlatformTree, type TreeNode, type TreeSource } from './tree-nodes.ts'

/** Boxes of a picture that is shown at once; larger ones are folded away. */
const MAX_SHOWN = 40
/** Boxes of any picture. GitHub draws no diagram of more than 50,000 characters or 500 edges (Mermaid, `maxTextSize`). */
const MAX_BOXES = 120

/** What a box stands for: `app serve`, or `12 variants of app, 3 warm`. */
const renderSubject = ({ layer, variants, count, held, state }: TreeNode, word: string): string => {
  const [variant = '', ...others] = variants
  const variantsOf = `${renderCount(variants.length, 'variant')} of ${renderLabel(layer)}`
  if (count <= 1) return others.length === 0 ? renderLabel(`${layer} ${variant}`) : variantsOf
  const known = state === 'unknown' ? '' : `, ${renderNumber(held)} ${word}`
  if (variants.length === count) return `${variantsOf}${known}`
  return `${renderCount(count, 'prefix', 'prefixes')} of ${renderLabel(layer)}${known}`
}

const renderBox = (node: TreeNode, id: string, word: string): string => {
  const { state, steps, ends } = node
  const steady = state === 'base' ? [] : [`${renderCount(steps, 'step')}${state === 'mixed' ? '' : ` · ${state}`}`]
  const leaves = ends === 0 ? [] : [renderCount(ends, 'work item')]
  return `  ${id}["${[renderSubject(node, word), ...steady, ...leaves].join('<br>')}"]:::${state}`
}

/** Ids in the order of the drawing, and the word for what the cache has. */
type Drawing = { readonly nextId: () => string; readonly word: string }

/** Lines of the boxes and of the edges that lead to them. */
const renderNodes = (nodes: readonly TreeNode[], drawing: Drawing, parent?: string): readonly string[] =>
  nodes.flatMap((node) => {
    const id = drawing.nextId()
    const edge = parent === undefined ? [] : [`  ${parent} --> ${id}`]
    return [renderBox(node, id, drawing.word), ...edge, ...renderNodes(node.children, drawing, id)]
  })

const stylesOf = (nodes: readonly TreeNode[]): readonly BoxStyle[] =>
  nodes.flatMap(({ state, children }) => [state, ...stylesOf(children)])

const renderChart = (trees: readonly PlatformTree[], word: string): string => {
  let boxes = 0
  const drawing: Drawing = { nextId: () => `n${boxes++}`, word }
  const styles = [...new Set(trees.flatMap(({ roots }) => stylesOf(roots)))].sort()
  return [
    'flowchart LR',
    ...trees.flatMap(({ platforms, roots }, index) => [
      ` subgraph p${index}["${platforms.map(renderLabel).join(' and ')}"]`,
      '  direction LR',
      ...renderNodes(roots, drawing),
      ' end',
    ]),
    ...styles.map((style) => ` classDef ${style} ${BOX_STYLES[style]}`),
  ].join('\n')
}

/**
 * The layer tree of each platform as Markdown with a Mermaid flowchart: a box for each prefix with its steps, its state
 * and the work items that end with it. Folded when large, and then with siblings drawn as one. Empty where there are no
 * prefixes. `word` is what the prefixes are called that the cache has.
 */
export const renderTreePicture = (source: TreeSource, word = 'warm'): string => {
  if (source.prefixes.length === 0) return ''
  const trees = platformTrees(source)
  const fitting = fitTrees(trees, MAX_BOXES)
  const heading = '### Layer tree'
  const all = renderCount(source.prefixes.length, 'prefix', 'prefixes')
  if (fitting === undefined) return `${heading}\n\n${all}, which are too many for a picture.`
  const chart = `\`\`\`mermaid\n${renderChart(fitting, word)}\n\`\`\``
  if (trees.reduce((sum, { roots }) => sum + countNodes(roots), 0) <= MAX_SHOWN) return `${heading}\n\n${chart}`
  return `<details>\n<summary>Layer tree of ${all}</summary>\n\n${chart}\n\n</details>`
}
