import { describe, expect, test } from '@jest/globals'
import { growForest, type Forest } from '../../../../src/report/page/model/forest.ts'
import type { ReportItem, ReportPrefix } from '../../../../src/report/run-report.ts'
import { growRunReport } from '../../../support/run-report/run-report.ts'

const prefix = (key: string, layer: string, variant: string, changes: Partial<ReportPrefix> = {}): ReportPrefix => ({
  ...{ key, layer, variant, platform: 'linux/amd64', steps: [], items: 1, costMs: 0 },
  ...changes,
})

const item = (manifestId: string, variants: readonly string[], top?: string): ReportItem => ({
  ...{ manifestId, aliases: [], platform: 'linux/amd64', verdict: 'built', published: [] },
  ...(top === undefined ? {} : { top }),
  variants: variants.map((text) => ({ layer: text.split('/')[0] ?? '', variant: text.split('/')[1] ?? '' })),
  ...{ totalSteps: 0, cachedSteps: 0, durationMs: 0 },
})

/** `layer/variant` of every node, indented by its depth, with the keys of its prefixes. */
const outline = (forest: Forest, prefixes: readonly ReportPrefix[]): readonly string[] => {
  const visit = (index: number): readonly string[] => {
    const node = forest.nodes[index]
    if (node === undefined) return []
    const keys = (forest.prefixesOn[index] ?? []).map((place) => prefixes[place]?.key ?? '')
    const line = `${'  '.repeat(node.depth)}${node.layer}/${node.variant} ${keys.join(',')}`.trimEnd()
    return [line, ...node.children.flatMap(visit)]
  }
  return forest.roots.flatMap(visit)
}

describe('growForest', () => {
  test('lays the trees of platforms over one another, and keeps apart what stands on another base', () => {
    const prefixes = [
      prefix('a', 'core', '1'),
      prefix('b', 'core', '1', { platform: 'linux/arm64' }),
      prefix('c', 'core', '1'),
      prefix('d', 'app', 'x', { parent: 'a' }),
    ]
    const items = [
      item('one', ['base/u', 'core/1', 'app/x'], 'd'),
      item('two', ['base/u', 'core/1'], 'b'),
      item('three', ['base/d', 'core/1'], 'c'),
    ]
    expect(outline(growForest({ prefixes, items }), prefixes)).toEqual([
      'base/u',
      '  core/1 a,b',
      '    app/x d',
      'base/d',
      '  core/1 c',
    ])
  })

  test('hangs what no work item stands on from its parent', () => {
    const prefixes = [prefix('a', 'core', '1'), prefix('b', 'light', '2', { parent: 'a' }), prefix('c', 'core', '9')]
    const items = [item('one', ['base/u', 'core/1'], 'a')]
    expect(outline(growForest({ prefixes, items }), prefixes)).toEqual([
      'base/u',
      '  core/1 a',
      '    light/2 b',
      'core/9 c',
    ])
  })

  test('ends where parents go in a circle, or are unknown', () => {
    const prefixes = [prefix('a', 'core', '1', { parent: 'b' }), prefix('b', 'app', '2', { parent: 'a' })]
    const items = [item('one', ['core/1', 'app/2'], 'b'), item('two', ['core/1'], 'gone'), item('three', [])]
    const { chains, leafOf } = growForest({ prefixes, items })
    expect({ chains, leafOf }).toEqual({ chains: [[1, 0], [], []], leafOf: [1, 0, -1] })
  })

  test('gives every prefix a node of its own layer and variant, with parents before children', () => {
    const report = growRunReport({ manifests: 40 })
    const { nodes, nodeOf } = growForest(report)
    for (const [index, { layer, variant }] of report.prefixes.entries()) {
      expect(nodes[nodeOf[index] ?? -1]).toMatchObject({ layer, variant })
    }
    expect(nodes.every(({ index, parent }) => parent < index)).toBe(true)
  })
})
