import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { WorkItem } from '../../src/factory/work-item.ts'
import { chainOf, growTree, inputsOf, type Ground, type LayerTree } from '../../src/layers/tree.ts'
import { sampleLayer, sampleWork } from '../support/samples.ts'
import { changedLayers, grow, keysOf, workOf, type World } from './grow.ts'

/** An instruction of a generated fragment; `salt` is the byte that changes. */
type Sketch = { readonly kind: keyof typeof LINES; readonly salt: string }

/** How instructions are written, and what they are to BuildKit: a step, a setting for later steps, or nothing. */
const LINES = {
  run: { write: (salt: string) => `RUN echo ${salt}`, is: 'step' },
  copy: { write: (salt: string) => `COPY file-${salt} /x`, is: 'step' },
  workdir: { write: (salt: string) => `WORKDIR /srv/${salt}`, is: 'step' },
  heredoc: { write: (salt: string) => `RUN <<EOF\necho ${salt}\nEOF`, is: 'step' },
  env: { write: (salt: string) => `ENV SALT=${salt}`, is: 'setting' },
  arg: { write: (salt: string) => `ARG SALT=${salt}`, is: 'setting' },
  user: { write: (salt: string) => `USER u${salt}`, is: 'setting' },
  shell: { write: (salt: string) => `SHELL ["/bin/${salt}"]`, is: 'setting' },
  label: { write: (salt: string) => `LABEL salt=${salt}`, is: 'nothing' },
  cmd: { write: (salt: string) => `CMD echo ${salt}`, is: 'nothing' },
  expose: { write: (salt: string) => `EXPOSE 80${salt.length}${salt.charCodeAt(0)}`, is: 'nothing' },
  comment: { write: (salt: string) => `# ${salt}`, is: 'nothing' },
  blank: { write: (salt: string) => '\n'.repeat(salt.charCodeAt(0) % 3), is: 'nothing' },
} as const

const write = (sketches: readonly Sketch[]): string =>
  `ARG PARENT\nFROM \${PARENT}\n${sketches.map(({ kind, salt }) => LINES[kind].write(salt)).join('\n')}\n`

const sketch: fc.Arbitrary<Sketch> = fc.record({
  kind: fc.constantFrom(...(Object.keys(LINES) as (keyof typeof LINES)[])),
  salt: fc.constantFrom('a', 'b', 'c'),
})

/** Fragments of three layers with two variants each, on two bases. */
const NAMES = ['core', 'light', 'app'].flatMap((layer) => [`${layer} one`, `${layer} two`])
const texts = fc.array(fc.array(sketch, { maxLength: 5 }), { minLength: NAMES.length, maxLength: NAMES.length })

const worldOf = (sketches: readonly (readonly Sketch[])[]): World => ({
  fragments: Object.fromEntries(
    NAMES.map((name, index) => [`${name.replace(' ', '-')}.Dockerfile`, write(sketches[index] ?? [])]),
  ),
  files: { 'file-a': 'A', 'file-b': 'B', 'file-c': 'C' },
})

const VARIANTS = ['one', 'two']
const ITEMS: readonly WorkItem[] = ['linux/amd64', 'linux/arm64'].flatMap((platform) =>
  ['ubuntu', 'debian'].flatMap((base) =>
    VARIANTS.flatMap((core) =>
      VARIANTS.flatMap((light) =>
        VARIANTS.map((app) => workOf([`base ${base}`, `core ${core}`, `light ${light}`, `app ${app}`], { platform })),
      ),
    ),
  ),
)

const keySet = ({ prefixes }: LayerTree): readonly string[] => prefixes.map(({ key }) => key).sort()

describe('growTree', () => {
  test('puts parents before their children, and every prefix where its platform and layer are', () => {
    fc.assert(
      fc.property(texts, (sketches) => {
        const { prefixes, tops } = grow(ITEMS, worldOf(sketches))
        for (const [index, { parent, platform }] of prefixes.entries()) {
          if (parent === undefined) continue
          expect(parent).toBeLessThan(index)
          expect(prefixes[parent]?.platform).toBe(platform)
        }
        for (const [index, top] of tops.entries()) {
          const item = ITEMS[index]
          const layers = chainOf(prefixes, top).map((each) => prefixes[each]?.layer.layer)
          expect(layers).toEqual(item?.layers.map(({ layer }) => layer).filter((layer) => layers.includes(layer)))
          if (top !== undefined) expect(prefixes[top]?.platform).toBe(item?.platform)
        }
      }),
    )
  })

  test('has each prefix once, and a prefix for every layer with steps', () => {
    fc.assert(
      fc.property(texts, (sketches) => {
        const { prefixes, tops } = grow(ITEMS, worldOf(sketches))
        expect(new Set(keySet({ prefixes, tops })).size).toBe(prefixes.length)
        const withSteps = new Map(
          NAMES.map((name, i) => [name, sketches[i]?.some(({ kind }) => LINES[kind].is === 'step')]),
        )
        for (const [index, { layers }] of ITEMS.entries()) {
          const expected = layers.filter(({ layer, variant }) => withSteps.get(`${layer} ${variant}`) === true)
          expect(chainOf(prefixes, tops[index])).toHaveLength(expected.length)
        }
      }),
    )
  })

  test('has the same keys whatever the order of the work items', () => {
    fc.assert(
      fc.property(texts, fc.shuffledSubarray([...ITEMS], { minLength: ITEMS.length }), (sketches, shuffled) => {
        const world = worldOf(sketches)
        expect(keySet(grow(shuffled, world))).toEqual(keySet(grow(ITEMS, world)))
        const before = keysOf(ITEMS, world)
        const after = keysOf(shuffled, world)
        for (const [index, item] of shuffled.entries()) expect(after[index]).toEqual(before[ITEMS.indexOf(item)])
      }),
    )
  })

  test('has the same keys for a part of the work items as for all', () => {
    fc.assert(
      fc.property(texts, fc.subarray([...ITEMS]), (sketches, some) => {
        const world = worldOf(sketches)
        const all = new Set(keySet(grow(ITEMS, world)))
        expect(keySet(grow(some, world)).filter((key) => !all.has(key))).toEqual([])
      }),
    )
  })

  test('a changed byte changes the keys at and above it, and no others', () => {
    const pick = fc.tuple(fc.nat(), fc.nat())
    fc.assert(
      fc.property(texts, pick, (sketches, [fragment, instruction]) => {
        const f = fragment % NAMES.length
        const own = sketches[f] ?? []
        const i = instruction % Math.max(1, own.length)
        const old = own[i]
        if (old === undefined) return
        const { is } = LINES[old.kind]
        const changed = sketches.with(f, own.with(i, { ...old, salt: 'z' }))
        const before = keysOf(ITEMS, worldOf(sketches))
        const after = keysOf(ITEMS, worldOf(changed))
        const isBehind = !own.slice(i + 1).some(({ kind }) => LINES[kind].is === 'step')
        for (const [index, { layers }] of ITEMS.entries()) {
          const height = layers.findIndex(({ layer, variant }) => `${layer} ${variant}` === NAMES[f])
          const from = is === 'setting' && isBehind ? height + 1 : height
          const upwards = height === -1 || is === 'nothing' ? [] : layers.slice(from).map(({ layer }) => layer)
          const known = Object.keys(before[index] ?? {})
          expect(changedLayers(before[index], after[index])).toEqual(upwards.filter((layer) => known.includes(layer)))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('tells apart what stands before the last step of a layer and behind it', () => {
    const world = (core: string): World => ({
      fragments: { 'core-one.Dockerfile': core, 'app-one.Dockerfile': 'RUN app\n' },
    })
    const items = [workOf(['base ubuntu', 'core one', 'app one'])]
    const [before] = keysOf(items, world('ENV A=1\nRUN core\n'))
    const [after] = keysOf(items, world('RUN core\nENV A=1\n'))
    expect(changedLayers(before, after)).toEqual(['core', 'app'])
  })

  test('shares a prefix between variants that differ in name only', () => {
    const fragment = 'core-one.Dockerfile'
    const items = [
      workOf(['base ubuntu', 'core one']),
      workOf(['base ubuntu', 'core two'], {}, { 'core two': { fragment } }),
    ]
    const { prefixes, tops } = grow(items, { fragments: { [fragment]: 'RUN core\n' } })
    expect(prefixes).toHaveLength(1)
    expect(tops).toEqual([0, 0])
  })

  test('shares a prefix between bases of the same content', () => {
    const items = [workOf(['base ubuntu', 'core one']), workOf(['base mirror', 'core one'])]
    const fragments = { 'core-one.Dockerfile': 'RUN core\n' }
    expect(grow(items, { fragments }).prefixes).toHaveLength(2)
    expect(grow(items, { fragments, images: { mirror: 'ubuntu' } }).prefixes).toHaveLength(1)
  })

  test('has no prefix for a work item without steps, and none for layers that only set something', () => {
    const items = [workOf(['base ubuntu']), workOf(['base ubuntu', 'core one', 'app one'])]
    const { prefixes, tops } = grow(items, {
      fragments: { 'core-one.Dockerfile': 'ENV A=1\n', 'app-one.Dockerfile': 'RUN app\n' },
    })
    expect(tops).toEqual([undefined, 0])
    expect(prefixes[0]?.below.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'platform linux/amd64',
      'image ubuntu',
      'below core one',
    ])
    expect(inputsOf(prefixes[0] ?? ({} as never)).map(({ kind }) => kind)).toEqual([
      'platform',
      'image',
      'below',
      'fragment',
    ])
  })

  test('two homes share nothing, and each has what it would have alone', () => {
    const stacks = fc.array(
      fc.record({
        home: fc.constantFrom('one', 'two'),
        names: fc.subarray(['base u', 'core 1', 'light 1', 'app a', 'app b']),
      }),
      { maxLength: 6 },
    )
    const world: World = {
      fragments: Object.fromEntries(
        ['core-1', 'light-1', 'app-a', 'app-b'].map((name) => [`${name}.Dockerfile`, `RUN ${name}\n`]),
      ),
    }
    fc.assert(
      fc.property(stacks, (given) => {
        const all = given.filter(({ names }) => names[0] === 'base u')
        const items = all.map(({ names, home }, index) => workOf(names, { manifestId: `${home}-${index}` }))
        const homeOf = ({ manifestId }: WorkItem): string => manifestId.split('-')[0] ?? ''
        const { prefixes, tops } = grow(items, world, homeOf)
        const chains = tops.map((top) => chainOf(prefixes, top))
        for (const home of ['one', 'two']) {
          const own = items.flatMap((item, index) => (homeOf(item) === home ? [index] : []))
          const alone = grow(
            own.flatMap((index) => items[index] ?? []),
            world,
          )
          const keysOf = (tree: LayerTree, indices: Iterable<number>) =>
            [...new Set(indices)].map((index) => tree.prefixes[index]?.key).toSorted()
          const used = own.flatMap((index) => chains[index] ?? [])
          expect(keysOf({ prefixes, tops }, used)).toEqual(keysOf(alone, alone.prefixes.keys()))
          const others = chains.filter((_, index) => !own.includes(index)).flat()
          expect(used.filter((index) => others.includes(index))).toEqual([])
        }
      }),
    )
  })

  test('work items that share layers share the work, 100,000 of them', () => {
    const layers = ['base', 'security', 'core', 'light', 'app'].map((layer) =>
      Array.from({ length: 10 }, (_, index) => sampleLayer({ layer, variant: `v${index}` })),
    )
    const items = Array.from({ length: 100_000 }, (_, index) =>
      sampleWork({
        layers: layers.flatMap((variants, height) => variants[Math.floor(index / 10 ** height) % 10] ?? []),
      }),
    )
    const ground: Ground = { inputs: [], digest: '' }
    let asked = 0
    const { prefixes, tops } = growTree(items, {
      ground: () => ground,
      home: () => '',
      content: ({ layer, variant }) => {
        asked++
        const content = { steps: 1, stepsBy: { RUN: 1 }, inputs: [], digest: `${layer} ${variant}`, image: '' }
        return { ...content, auxiliary: false, unpinned: [] }
      },
    })
    expect(prefixes).toHaveLength(111_110)
    expect(new Set(tops).size).toBe(100_000)
    expect(asked).toBe(prefixes.length)
  }, 30_000)
})

describe('chainOf', () => {
  test('goes from the lowest prefix to the one that is asked for', () => {
    const prefixes = [{}, { parent: 0 }, { parent: 0 }, { parent: 2 }]
    expect(chainOf(prefixes, 3)).toEqual([0, 2, 3])
    expect(chainOf(prefixes, null)).toEqual([])
    expect(chainOf(prefixes, undefined)).toEqual([])
  })
})
