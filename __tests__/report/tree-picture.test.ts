import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { PrefixState } from '../../src/plan/prefixes.ts'
import type { TreeSource } from '../../src/report/tree-nodes.ts'
import { renderTreePicture } from '../../src/report/tree-picture.ts'
import { diagramsOf, parseMermaid, type MermaidChart } from '../support/mermaid.ts'
import { sampleLayer, samplePrefix, sampleWork } from '../support/samples.ts'
import { anyText, HOSTILE } from './hostile.ts'

const chartOf = (plan: TreeSource): Promise<MermaidChart> => parseMermaid(diagramsOf(renderTreePicture(plan))[0] ?? '')

const STATES: readonly PrefixState[] = ['warm', 'covered', 'cold', 'unknown']

/** For each platform cores on one base, and for each core apps. */
type Shape = { readonly platforms: readonly string[]; readonly cores: number; readonly apps: number }

const planOf = (
  { platforms, cores, apps }: Shape,
  { state = () => 'cold', name = (text) => text }: Partial<Naming> = {},
): TreeSource => {
  const chains = platforms.flatMap((platform) =>
    Array.from({ length: cores }, (_, core) =>
      Array.from({ length: apps }, (__, app) => ({ platform, core, app })),
    ).flat(),
  )
  const size = apps + 1
  return {
    items: chains.map(({ platform, core, app }) =>
      sampleWork({
        platform,
        layers: [
          sampleLayer({ variant: name('ubuntu') }),
          sampleLayer({ layer: 'core', variant: name(`c${core}`) }),
          sampleLayer({ layer: 'app', variant: name(`a${app}`) }),
        ],
      }),
    ),
    tops: chains.map((_, index) => Math.floor(index / apps) * size + 1 + (index % apps)),
    prefixes: platforms.flatMap((platform, p) =>
      Array.from({ length: cores }, (_, core) => {
        const parent = (p * cores + core) * size
        const item = (p * cores + core) * apps
        return [
          samplePrefix({ platform, variant: name(`c${core}`), item, state: state(parent) }),
          ...Array.from({ length: apps }, (__, app) =>
            samplePrefix({
              ...{ platform, parent, layer: 'app', variant: name(`a${app}`), item: item + app, content: 1 },
              state: state(parent + 1 + app),
            }),
          ),
        ]
      }).flat(),
    ),
    contents: [1, 2].map((steps) => ({ steps, inputs: [], auxiliary: false, unpinned: [] })),
  }
}

type Naming = { readonly state: (prefix: number) => PrefixState; readonly name: (text: string) => string }

const textsOf = ({ boxes }: MermaidChart): readonly string[] => boxes.map(({ text }) => text)

describe('renderTreePicture', () => {
  test('is nothing for a plan without prefixes', () => {
    expect(renderTreePicture(planOf({ platforms: [], cores: 0, apps: 0 }))).toBe('')
  })

  test('draws every prefix on its parent, and the bases below', async () => {
    const plan = planOf(
      { platforms: ['linux/amd64'], cores: 1, apps: 2 },
      { state: (index) => STATES[index] ?? 'cold' },
    )
    const { boxes, edges, groups } = await chartOf(plan)
    expect(boxes.map(({ text, classes }) => [text, classes])).toEqual([
      ['base ubuntu', ['base']],
      ['core c0<br>1 step · warm', ['warm']],
      ['app a0<br>2 steps · covered<br>1 work item', ['covered']],
      ['app a1<br>2 steps · cold<br>1 work item', ['cold']],
    ])
    expect(edges.map(({ start, end }) => `${start} ${end}`)).toEqual(['n0 n1', 'n1 n2', 'n1 n3'])
    expect(groups.map(({ title }) => title)).toEqual(['linux/amd64'])
  })

  test('draws a base alone where work items end with it, and none where the lowest layer has steps of its own', async () => {
    const plan = planOf({ platforms: ['linux/amd64'], cores: 1, apps: 1 })
    const bare = sampleWork({ layers: [sampleLayer({ variant: 'debian' })] })
    const prefixes = [samplePrefix({ layer: 'base', variant: 'own', item: 2 }), ...plan.prefixes]
    const own = sampleWork({ layers: [sampleLayer({ variant: 'own' })] })
    const tops = [...plan.tops, null, 0].map((top, index) => (index === 0 && top !== null ? top + 1 : top))
    const shifted = prefixes.map((prefix) =>
      prefix.parent === undefined ? prefix : { ...prefix, parent: prefix.parent + 1 },
    )
    const chart = await chartOf({ ...plan, items: [...plan.items, bare, own], tops, prefixes: shifted })
    expect(textsOf(chart)).toEqual([
      'base own<br>1 step · cold<br>1 work item',
      'base ubuntu',
      'core c0<br>1 step · cold',
      'app a0<br>2 steps · cold<br>1 work item',
      'base debian<br>1 work item',
    ])
  })

  test('draws platforms that look alike once', async () => {
    const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7']
    const plan = planOf({ platforms, cores: 2, apps: 2 }, { state: (index) => (index < 12 ? 'warm' : 'cold') })
    const { groups, boxes } = await chartOf(plan)
    expect(groups.map(({ title }) => title)).toEqual(['linux/amd64 and linux/arm64', 'linux/arm/v7'])
    expect(boxes).toHaveLength(14)
  })

  test('is folded away when large, and draws siblings as one when larger', async () => {
    const small = renderTreePicture(planOf({ platforms: ['linux/amd64'], cores: 3, apps: 12 }))
    expect(small).toMatch(/^### Layer tree\n/)
    const large = renderTreePicture(planOf({ platforms: ['linux/amd64'], cores: 3, apps: 13 }))
    expect(large).toMatch(
      /^<details>\n<summary>Layer tree of 42 prefixes<\/summary>\n\n```mermaid\n[^`]+\n```\n\n<\/details>$/,
    )
    const plan = planOf(
      { platforms: ['linux/amd64'], cores: 5, apps: 30 },
      { state: (i) => (i % 31 < 4 ? 'warm' : 'cold') },
    )
    const chart = await chartOf(plan)
    expect(chart.boxes).toHaveLength(11)
    expect(textsOf(chart)).toContain('30 variants of app, 3 warm<br>60 steps<br>30 work items')
  })

  test('draws siblings of lower layers as one, too, where that is not enough', async () => {
    const chart = await chartOf(planOf({ platforms: ['linux/amd64'], cores: 200, apps: 3 }, { state: () => 'covered' }))
    expect(textsOf(chart)).toEqual([
      'base ubuntu',
      '200 variants of core, 200 warm<br>200 steps · covered',
      '600 prefixes of app, 600 warm<br>1,200 steps · covered<br>600 work items',
    ])
  })

  test('never has more than 120 boxes, and every work item ends in one', async () => {
    const shapes = fc.record({
      platforms: fc.subarray(['linux/amd64', 'linux/arm64', 'linux/riscv64'], { minLength: 1 }),
      cores: fc.integer({ min: 1, max: 30 }),
      apps: fc.integer({ min: 1, max: 30 }),
    })
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.constantFrom(...STATES), { minLength: 1 }), async (shape, states) => {
        const plan = planOf(shape, { state: (index) => states[index % states.length] ?? 'cold' })
        const { boxes, groups } = await chartOf(plan)
        expect(boxes.length).toBeLessThanOrEqual(120)
        const ended = groups.map(({ title, nodes }) => {
          const counts = boxes
            .filter(({ id }) => nodes.includes(id))
            .map(({ text }) => /([\d,]+) work item/.exec(text)?.[1])
          const sum = counts.reduce((total, count = '0') => total + Number(count.replaceAll(',', '')), 0)
          return sum * title.split(' and ').length
        })
        expect(ended.reduce((sum, count) => sum + count, 0)).toBe(plan.items.length)
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test('says so when there is too much for any picture', () => {
    const prefixes = Array.from({ length: 121 }, (_, index) => samplePrefix({ layer: `l${index}` }))
    const plan = { ...planOf({ platforms: [], cores: 0, apps: 0 }), prefixes }
    expect(renderTreePicture(plan)).toBe('### Layer tree\n\n121 prefixes, which are too many for a picture.')
  })

  const expectSame = async (text: string): Promise<void> => {
    const shape = { platforms: ['linux/amd64'], cores: 1, apps: 2 }
    const tame = await chartOf(planOf(shape))
    const chart = await chartOf(planOf(shape, { name: (name) => `${text}${name}` }))
    expect(chart.edges.map(({ start, end }) => [start, end])).toEqual(tame.edges.map(({ start, end }) => [start, end]))
    expect(chart.boxes.map(({ id, classes }) => [id, classes])).toEqual(
      tame.boxes.map(({ id, classes }) => [id, classes]),
    )
    expect(textsOf(chart).map((box) => box.split('<br>').slice(-2))).toHaveLength(4)
  }

  const MERMAID = {
    'end of a label': 'a"] --> evil["b',
    'end of a group': 'x\n end\n evil',
    directive: "%%{init: {'theme':'dark'}}%%",
    click: 'click n0 "javascript:alert(1)"',
    style: 'style n0 fill:#f00;#quot;x;',
    classDef: 'classDef warm fill:#000;',
    'mark of Mermaid': 'ﬂ°°34¶ß',
    list: '1. one',
    formula: '$$x$$',
    icon: 'fa:fa-bomb',
  }

  test.each(Object.entries({ ...HOSTILE, ...MERMAID }))(
    'is the same picture with a hostile name: %s',
    async (_, text) => {
      await expectSame(text)
    },
  )

  test('is the same picture with any name', async () => {
    await fc.assert(fc.asyncProperty(anyText, expectSame), { numRuns: 50 })
  }, 60_000)

  test('shows names as they are', async () => {
    const names = ['ubuntu-24.04', 'a_b', 'x/y', '<b>', 'C++', '日本', 'style a:#1;']
    for (const text of names) {
      const plan = planOf({ platforms: ['linux/amd64'], cores: 1, apps: 1 }, { name: () => text })
      expect(textsOf(await chartOf(plan))[0]).toBe(`base ${text}`)
    }
  })
})
