import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decideRefs, disagreements, highestWarm, type LegChain, type LegPrefix } from '../../src/plan/leg-cache.ts'

const prefix = (ref: string, changes: Partial<LegPrefix> = {}): LegPrefix => ({
  ...{
    key: ref,
    ref,
    layer: ref.split('-')[0] ?? '',
    variant: ref,
    stage: ref,
    mode: 'min',
    writes: true,
    elsewhere: [],
    imports: [],
  },
  ...changes,
})

const CORE = prefix('core')
const SERVE: LegChain = [CORE, prefix('light'), prefix('app-serve')]
const TRAIN: LegChain = [CORE, prefix('light'), prefix('app-train')]
const CHAINS = [SERVE, TRAIN]
const ALL = { read: true, write: true }

const decide = (known: readonly string[], chains = CHAINS, access = ALL) =>
  decideRefs(chains, (ref) => known.includes(ref), access)

const writesOf = ({ items, prefixes }: ReturnType<typeof decide>): readonly string[] =>
  [...items.flatMap(({ to }) => to), ...prefixes].map(({ ref }) => ref)

describe('decideRefs', () => {
  test('writes every missing ref once: those on top by their work items, others by targets of their own', () => {
    const { items, prefixes } = decide([])
    expect(items).toEqual([
      { from: [], to: [{ ref: 'app-serve', mode: 'min' }] },
      { from: [], to: [{ ref: 'app-train', mode: 'min' }] },
    ])
    expect(prefixes.map(({ ref, item, from }) => [ref, item, from])).toEqual([
      ['core', 0, []],
      ['light', 0, []],
    ])
  })

  test('imports the highest ref that is there, and writes what is above it', () => {
    const refs = decide(['core', 'light', 'app-serve'])
    expect(refs.items).toEqual([
      { from: ['app-serve'], to: [] },
      { from: ['light'], to: [{ ref: 'app-train', mode: 'min' }] },
    ])
    expect(refs.prefixes).toEqual([])
  })

  test('imports what holds some of the missing steps, each once', () => {
    const chain = [prefix('core', { imports: ['old'] }), prefix('app', { imports: ['old', 'older'] })]
    expect(decide([], [chain]).items[0]?.from).toEqual(['old', 'older'])
    expect(decide(['core'], [chain]).items[0]?.from).toEqual(['core', 'old', 'older'])
    expect(decide(['core', 'app'], [chain]).items[0]?.from).toEqual(['app'])
  })

  test('a ref that one work item ends with and another passes through is written by the first', () => {
    const { items, prefixes } = decide([], [SERVE, [CORE]])
    expect(items[1]?.to).toEqual([{ ref: 'core', mode: 'min' }])
    expect(prefixes.map(({ ref }) => ref)).toEqual(['light'])
  })

  test('writes nothing that is not the leg’s to write, and nothing at all without the right', () => {
    const others = [[prefix('core', { writes: false }), prefix('app')]]
    expect(writesOf(decide([], others))).toEqual(['app'])
    expect(writesOf(decide([], [[CORE, prefix('app', { writes: false })]]))).toEqual(['core'])
    expect(writesOf(decide([], CHAINS, { read: true, write: false }))).toEqual([])
  })

  test('reads nothing without the right, and writes as if nothing were there', () => {
    const refs = decide(['core', 'app-serve'], CHAINS, { read: false, write: true })
    expect(refs.items.flatMap(({ from }) => from)).toEqual([])
    expect(writesOf(refs).toSorted()).toEqual(['app-serve', 'app-train', 'core', 'light'])
  })

  test('a work item without steps reads and writes nothing', () => {
    expect(decide([], [[]])).toEqual({ items: [{ from: [], to: [] }], prefixes: [] })
  })

  describe('where further repositories are read', () => {
    const chain = ['core', 'light', 'app'].map((name) => prefix(name, { elsewhere: [`plain/${name}`, `far/${name}`] }))

    test.each<{ known: readonly string[]; from: readonly string[]; to: readonly string[] }>([
      { known: ['plain/light'], from: ['plain/light'], to: ['app', 'core', 'light'] },
      { known: ['core', 'plain/light'], from: ['core', 'plain/light'], to: ['app', 'light'] },
      { known: ['light', 'plain/core', 'plain/light'], from: ['light'], to: ['app'] },
      { known: ['light', 'plain/app', 'far/app'], from: ['light', 'plain/app'], to: ['app'] },
      { known: ['far/core'], from: ['far/core'], to: ['app', 'core', 'light'] },
      { known: ['app', 'plain/app'], from: ['app'], to: [] },
    ])('imports $from and writes $to of its own where $known are there', ({ known, from, to }) => {
      const refs = decide(known, [chain])
      expect(refs.items[0]?.from).toEqual(from)
      expect(writesOf(refs)).toEqual(to)
    })

    test('reads them without the right to write', () => {
      const refs = decide(['plain/light'], [chain], { read: true, write: false })
      expect(refs.items).toEqual([{ from: ['plain/light'], to: [] }])
    })
  })

  test('writes each missing ref exactly once, whatever the chains and whatever is there', () => {
    const refs = ['a', 'b', 'c', 'd', 'e']
    const chains = fc.array(
      fc.subarray(refs).map((names): LegChain => names.map((name) => prefix(name))),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(chains, fc.subarray(refs), (all, known) => {
        const written = writesOf(decide(known, all))
        expect(new Set(written).size).toBe(written.length)
        const missing = all.flatMap((chain) => chain.slice(highestWarm(chain, (ref) => known.includes(ref)) + 1))
        expect(new Set(written)).toEqual(new Set(missing.map(({ ref }) => ref)))
      }),
    )
  })
})

describe('disagreements', () => {
  const found = (known: readonly string[], ran: readonly string[]) =>
    disagreements(
      CHAINS,
      (ref) => known.includes(ref),
      (item, layer) => ran.includes(`${item} ${layer}`),
    ).map(({ prefix: { ref }, item }) => `${item} ${ref}`)

  test.each([
    [['app-serve'], [], []],
    [['app-serve'], ['0 app'], ['0 app-serve']],
    [['app-serve'], ['0 light'], ['0 light', '0 app-serve']],
    [['light'], ['0 app'], []],
    [['light'], ['0 light', '1 light'], ['0 light']],
    [
      ['app-serve', 'app-train'],
      ['0 core', '1 core'],
      ['0 core', '0 light', '0 app-serve', '1 app-train'],
    ],
    [[], ['0 core'], []],
  ])('where %j were there and %j ran: %j', (known, ran, expected) => {
    expect(found(known, ran)).toEqual(expected)
  })
})
