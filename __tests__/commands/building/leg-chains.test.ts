import { describe, expect, test } from '@jest/globals'
import { legChains, type LegPart } from '../../../src/commands/building/leg-chains.ts'
import { prefixTag } from '../../../src/layers/cache-refs.ts'
import type { KeyInput } from '../../../src/layers/key-input.ts'
import type { LayerTree, Prefix } from '../../../src/layers/tree.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { PlannedPrefix } from '../../../src/plan/prefixes.ts'
import { samplePlan } from '../../report/samples.ts'
import { literalIo } from '../../support/io.ts'
import { CACHE_REPOSITORY, refOf } from '../../support/leg.ts'
import { sampleLayer, sampleLeg, sampleWork } from '../../support/samples.ts'

const input = (name: string, digest = '1'): KeyInput => ({ kind: 'files', name, digest })

const own = (layer: string, changes: Partial<Prefix> = {}, auxiliary = false): Prefix => ({
  platform: 'linux/amd64',
  layer: sampleLayer({ layer, variant: '1.0' }),
  content: { steps: 1, stepsBy: {}, inputs: [input(layer)], digest: '', image: '', auxiliary, unpinned: [] },
  below: [],
  key: `${layer}-`.padEnd(64, '0'),
  ...changes,
})

const planned = (prefix: Prefix, content: number, changes: Partial<PlannedPrefix> = {}): PlannedPrefix => ({
  ...(prefix.parent === undefined ? {} : { parent: prefix.parent }),
  ...{ platform: prefix.platform, layer: prefix.layer.layer, variant: prefix.layer.variant, item: 0, key: prefix.key },
  ...{ tag: prefixTag(prefix), content, below: prefix.below, state: 'cold', imports: [], costMs: 1, measured: 0 },
  ...changes,
})

const SECURITY = own('security')
const CORE = own('Core', { parent: 0 }, true)
const [SERVE, TRAIN] = [own('app', { parent: 1 }), own('app', { parent: 1, key: 'train-'.padEnd(64, '0') })]
const PREFIXES = [SECURITY, CORE, SERVE, TRAIN]

/** Two work items, `serve` and `train`, which differ in their uppermost layer. */
const TREE: LayerTree = { prefixes: PREFIXES, tops: [2, 3] }

const planOf = (changes: readonly Partial<PlannedPrefix>[] = [], rest: Partial<Plan> = {}): Plan =>
  samplePlan({
    prefixes: PREFIXES.map((prefix, index) => planned(prefix, index, changes[index])),
    contents: PREFIXES.map(({ content: { steps, inputs, auxiliary, unpinned } }) => ({
      ...{ steps, inputs, auxiliary, unpinned },
    })),
    tops: [2, 3],
    waves: [],
    items: [sampleWork(), sampleWork()],
    cache: { ...samplePlan().cache, ref: CACHE_REPOSITORY },
    ...rest,
  })

const WAVE = sampleLeg({ id: 'wave-1-linux-amd64-1', name: 'amd64 · wave 1 · 1.0', kind: 'wave' })

const chainsOf = (plan: Plan, writes?: readonly number[], tree = TREE) => {
  const { io, told } = literalIo(new Map())
  const items: LegPart['items'] = tree.tops.map((_, index) => ({ index, item: sampleWork() }))
  const part = { plan, items, writes: writes === undefined ? undefined : new Set(writes) }
  return { chains: legChains(part, tree, io), told }
}

describe('legChains', () => {
  test('are the prefixes of each work item from the lowest, with their refs', () => {
    const { chains, told } = chainsOf(planOf())
    const common = { variant: '1.0', writes: true, elsewhere: [], imports: [] }
    const expected = [
      {
        ...common,
        key: SECURITY.key,
        ref: refOf(prefixTag(SECURITY)),
        layer: 'security',
        stage: 'security',
        mode: 'min',
      },
      { ...common, key: CORE.key, ref: refOf(prefixTag(CORE)), layer: 'Core', stage: 'core', mode: 'max' },
      // what lies below has auxiliary stages, and its steps are in this ref, too
      { ...common, key: SERVE.key, ref: refOf(prefixTag(SERVE)), layer: 'app', stage: 'app', mode: 'max' },
    ]
    expect(chains[0]).toEqual(expected)
    expect(chains[1]?.[1]).toBe(chains[0]?.[1])
    expect(chains[1]?.[2]).toMatchObject({ key: TRAIN.key })
    expect(told.warnings).toEqual([])
  })

  test('are empty for a work item without steps', () => {
    const tree = { prefixes: PREFIXES, tops: [undefined, 3] }
    expect(chainsOf(planOf([], { tops: [null, 3] }), undefined, tree).chains.map(({ length }) => length)).toEqual([
      0, 3,
    ])
  })

  test.each<[string, readonly Partial<PlannedPrefix>[], readonly number[] | undefined, readonly boolean[]]>([
    ['all, when it is the only leg', [], undefined, [true, true, true]],
    ['what it was given', [], [1], [false, true, false]],
    ['nothing, when others do', [], [], [false, false, false]],
    ['what was there when it was planned, should it be gone', [{ state: 'warm' }], [2], [true, false, true]],
    ['not what a ref above it covers', [{ state: 'covered' }, { state: 'warm' }], [2], [false, true, true]],
  ])('write %s', (_, changes, writes, expected) => {
    expect(chainsOf(planOf(changes), writes).chains[0]?.map((prefix) => prefix.writes)).toEqual(expected)
  })

  test('know the wave leg that was to build a prefix, and may write in its place', () => {
    const plan = planOf([], { waves: [[{ leg: WAVE, items: [], writes: [0, 1], repeats: [] }]] })
    const seen = (writes?: readonly number[]) =>
      chainsOf(plan, writes).chains[0]?.map((prefix) => [prefix.wave?.id, prefix.writes])
    expect(seen([2])).toEqual([
      [WAVE.id, true],
      [WAVE.id, true],
      [undefined, true],
    ])
    expect(chainsOf(plan, [2]).chains[0]?.[0]?.wave).toEqual({ id: WAVE.id, name: WAVE.name })
    // nobody waits for itself, and a run that is one leg has no waves
    expect(seen([0, 1])?.map(([wave]) => wave)).toEqual([undefined, undefined, undefined])
    expect(seen(undefined)?.map(([wave]) => wave)).toEqual([undefined, undefined, undefined])
  })

  describe('of a pool with a repository of its own', () => {
    const OWN = 'eu.example/acme/cache'
    const CACHE = {
      ...samplePlan().cache,
      ref: CACHE_REPOSITORY,
      pools: { 'linux/amd64+cuda': [OWN, CACHE_REPOSITORY] },
    }
    const cuda = sampleWork({ pool: 'linux/amd64+cuda' })

    /** The work item of the plain pool, and that of the pool; both of one chain of two layers. */
    const seen = (waves: Plan['waves'], writes?: readonly number[]) => {
      const prefixes = [SECURITY, CORE, SECURITY, { ...CORE, parent: 2 }]
      const plan = planOf([], {
        ...{ items: [sampleWork(), cuda], cache: CACHE, waves, tops: [1, 3] },
        prefixes: prefixes.map((prefix, index) => planned(prefix, index % 2, { item: index < 2 ? 0 : 1 })),
      })
      const part = { plan, items: [{ index: 1, item: cuda }], writes: writes && new Set(writes) }
      const { io } = literalIo(new Map())
      return legChains({ ...part, writes: part.writes }, { prefixes: [SECURITY, CORE], tops: [1] }, io)[0]
    }

    test('have refs there, and read the plain ones', () => {
      const tags = [SECURITY, CORE].map(prefixTag)
      expect(seen([])?.map(({ ref, elsewhere }) => [ref, elsewhere])).toEqual(
        tags.map((tag) => [`${OWN}:${tag}`, [refOf(tag)]]),
      )
    })

    test('wait for the wave leg that builds them in the plain one, and write their own', () => {
      const waves = [[{ leg: WAVE, items: [], writes: [0], repeats: [] }]]
      expect(seen(waves, [2, 3])?.map(({ wave, writes }) => [wave?.id, writes])).toEqual([
        [WAVE.id, true],
        [undefined, true],
      ])
    })
  })

  test('are empty where nobody keeps a cache', () => {
    const { ref: _, ...nowhere } = samplePlan().cache
    expect(chainsOf(planOf([], { cache: nowhere })).chains).toEqual([[], []])
  })

  test('import what the plan found to help', () => {
    const plan = planOf([{ imports: ['old', 'older'].map(refOf) }])
    expect(chainsOf(plan).chains[0]?.map(({ imports }) => imports)).toEqual([['old', 'older'].map(refOf), [], []])
  })
})

describe('a job that sees other things than its plan', () => {
  const OTHER_KEY = 'f'.repeat(64)
  const NOTE = '; its own count. Is a file generated, or are contexts given to one of them alone?'

  /** Warnings when this job has another `Core` than the plan. */
  const warningsOf = (core: Prefix, plan = planOf()): readonly string[] =>
    chainsOf(plan, [], { prefixes: [SECURITY, core, SERVE, TRAIN], tops: [2, 3] }).told.warnings

  const changed = (inputs: readonly KeyInput[], below: readonly KeyInput[] = []): Prefix => ({
    ...{ ...CORE, key: OTHER_KEY, below },
    content: { ...CORE.content, inputs },
  })

  test('goes by its own keys, writes its own refs and tries that of the plan', () => {
    const core = changed([input('Core', '2')])
    const plan = planOf([{}, { imports: [refOf('old')] }])
    const { chains } = chainsOf(plan, [], { prefixes: [SECURITY, core, SERVE, TRAIN], tops: [2, 3] })
    expect(chains[0]?.[1]).toMatchObject({
      ...{ key: OTHER_KEY, ref: refOf(prefixTag(core)), writes: true },
      imports: [prefixTag(CORE), 'old'].map(refOf),
    })
    expect(chains[0]?.[0]).toMatchObject({ writes: false, imports: [] })
  })

  test('waits for no wave, which builds something else', () => {
    const plan = planOf([], { waves: [[{ leg: WAVE, items: [], writes: [1], repeats: [] }]] })
    const tree = { prefixes: [SECURITY, changed([input('Core', '2')]), SERVE, TRAIN], tops: [2, 3] }
    expect(chainsOf(plan, [], tree).chains[0]?.[1]).not.toHaveProperty('wave')
  })

  test.each<[string, Prefix, string]>([
    ['a file', changed([input('Core', '2')]), 'first of files Core'],
    ['something more', changed([input('Core'), input('new')]), 'first of files new'],
    ['something less', changed([]), 'first of files Core'],
    ['what it stands on', changed([input('Core')], [input('base', '2')]), 'first of files base'],
    ['what lies below alone', changed([input('Core')]), 'something below it differs'],
  ])('says what differs: %s', (_, core, difference) => {
    expect(warningsOf(core)).toEqual([`this job sees other inputs than its plan did: Core 1.0, ${difference}${NOTE}`])
  })

  test('says so of a layer that the plan does not know', () => {
    const core = { ...CORE, layer: sampleLayer({ layer: 'tools', variant: '2' }) }
    expect(warningsOf(core)).toEqual([
      `this job sees other inputs than its plan did: tools 2, the plan knows no such layer${NOTE}`,
    ])
  })

  test('warns once, of the first, and counts the others', () => {
    const tree: LayerTree = {
      prefixes: PREFIXES.map((prefix, index) => ({ ...prefix, key: `${index}`.repeat(64) })),
      tops: [2, 3],
    }
    const { told } = chainsOf(planOf(), [], tree)
    expect(told.warnings).toEqual([
      `this job sees other inputs than its plan did: security 1.0, something below it differs (and 2 more)${NOTE}`,
    ])
  })
})
