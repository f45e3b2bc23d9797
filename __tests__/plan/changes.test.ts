import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { comparePlans, type PlanComparison } from '../../src/plan/changes.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planWorld, type World } from '../support/world.ts'

const FACTORY = `version: 1
name: llm
platforms: [linux/amd64, linux/arm64]
id: "{app}-{core}"
bake: { network: default }
layers:
  base: { variants: { ubuntu: { from: "ubuntu:24.04" } } }
  core:
    variants:
      py312: { fragment: core/cpu.Dockerfile, args: { PYTHON: "3.12" } }
      cuda: { fragment: core/cuda.Dockerfile }
  light: { variants: { one: { fragment: light/Dockerfile } } }
  app:
    variants:
      serve: { fragment: apps/serve/Dockerfile, contexts: { src: apps/serve } }
      train: { fragment: apps/train/Dockerfile }
manifests:
  all: { base: ubuntu, core: "*", light: one, app: "*" }
`

const WORLD: World = {
  files: {
    'strata.yaml': FACTORY,
    'core/cpu.Dockerfile': 'ARG PYTHON=3.11\nRUN install "${PYTHON}"\nLABEL core=1\nENV MODE=cpu\n',
    'core/cuda.Dockerfile': 'COPY --from=nvidia/tools:1 /bin /bin\nRUN install cuda\n',
    'light/Dockerfile': 'COPY lib /lib\nRUN light\n',
    'lib/a.txt': 'a',
    'lib/deep/b.sh': 'b',
    'apps/serve/Dockerfile': 'COPY --from=src *.py /app/\nRUN serve\nCMD ["serve"]\n',
    'apps/serve/main.py': 'main',
    'apps/train/Dockerfile': 'RUN train\n',
    'other.txt': 'nobody reads it',
  },
  images: { 'ubuntu:24.04': { layers: 'ubuntu' }, 'nvidia/tools:1': { layers: 'tools' } },
}

const withFiles = (files: Readonly<Record<string, string>>, changes: Partial<World> = {}): World => ({
  ...WORLD,
  ...changes,
  files: { ...WORLD.files, ...files },
})

const without = (path: string): World => ({
  ...WORLD,
  files: Object.fromEntries(Object.entries(WORLD.files).filter(([each]) => each !== path)),
})

const factory = (from: string, to: string): World => withFiles({ 'strata.yaml': FACTORY.replace(from, to) })
const fragment = (path: string, from: string, to: string): World =>
  withFiles({ [path]: (WORLD.files[path] ?? '').replace(from, to) })

const wholeOf = async (world: World): Promise<Plan> => (await planWorld(world)).whole

const BEFORE = await wholeOf(WORLD)

const compare = async (world: World): Promise<PlanComparison> => comparePlans(await wholeOf(world), BEFORE)

type Expected = Readonly<Record<string, readonly [number, ...string[]]>>

/** Groups as label, count of items and reasons. */
const groupsOf = ({ groups }: PlanComparison): Expected =>
  Object.fromEntries(groups.map(({ label, items, reasons }) => [label, [items.length, ...reasons]]))

const SERVE = 4
const PY312 = 4
const ALL = 8

describe('comparePlans', () => {
  test.each<{ what: string; world: World; expected: Expected }>([
    { what: 'nothing', world: WORLD, expected: {} },
    { what: 'a file that nobody reads', world: withFiles({ 'other.txt': 'x' }), expected: {} },
    {
      what: 'a comment in a fragment',
      world: fragment('core/cpu.Dockerfile', 'RUN', '# why\nRUN'),
      expected: {},
    },
    {
      what: 'a fragment',
      world: fragment('core/cpu.Dockerfile', 'RUN install', 'RUN really-install'),
      expected: { 'core/py312': [PY312, 'fragment core/cpu.Dockerfile changed'] },
    },
    {
      what: 'an argument',
      world: factory('PYTHON: "3.12"', 'PYTHON: "3.13"'),
      expected: { 'core/py312': [PY312, 'argument PYTHON changed'] },
    },
    {
      what: 'a file in the main context',
      world: withFiles({ 'lib/a.txt': 'other' }),
      expected: { 'light/one': [ALL, 'file lib/a.txt changed'] },
    },
    {
      what: 'files that came and went, and a mode',
      world: withFiles({ 'lib/new.txt': '', 'lib/deep/c': '' }, { executable: ['lib/deep/b.sh'] }),
      expected: {
        'light/one': [
          ALL,
          'file lib/deep/b.sh mode 644 -> 755',
          'file lib/deep/c appeared',
          'file lib/new.txt appeared',
        ],
      },
    },
    {
      what: 'a file that vanished',
      world: without('lib/a.txt'),
      expected: { 'light/one': [ALL, 'file lib/a.txt vanished'] },
    },
    {
      what: 'a file in a named context, by pattern',
      world: withFiles({ 'apps/serve/main.py': 'x', 'apps/serve/notes.txt': 'not copied' }),
      expected: { 'app/serve': [SERVE, 'file apps/serve/main.py changed'] },
    },
    {
      what: 'an image that a fragment copies from',
      world: { ...WORLD, images: { ...WORLD.images, 'nvidia/tools:1': { layers: 'newer' } } },
      expected: { 'core/cuda': [4, 'image nvidia/tools:1 changed'] },
    },
    {
      what: 'the base image',
      world: { ...WORLD, images: { ...WORLD.images, 'ubuntu:24.04': { layers: 'newer' } } },
      expected: { 'base/ubuntu': [ALL, 'base image ubuntu:24.04 changed'] },
    },
    {
      what: 'no more than the settings of the base image',
      world: { ...WORLD, images: { ...WORLD.images, 'ubuntu:24.04': { layers: 'ubuntu', config: 'CMD' } } },
      expected: { 'base/ubuntu': [ALL, 'base image ubuntu:24.04 changed'] },
    },
    {
      what: 'another base image',
      world: factory('ubuntu:24.04', 'ubuntu:26.04'),
      expected: { 'base/ubuntu': [ALL, 'base image ubuntu:24.04 -> ubuntu:26.04'] },
    },
    {
      what: 'a setting behind the last step',
      world: fragment('core/cpu.Dockerfile', 'MODE=cpu', 'MODE=fast'),
      expected: { 'core/py312': [PY312, 'settings of core py312 changed, which the layers above inherit'] },
    },
    {
      what: 'a label',
      world: fragment('core/cpu.Dockerfile', 'core=1', 'core=2'),
      expected: { 'core/py312': [PY312, 'labels or settings of core py312 changed'] },
    },
    {
      what: 'a setting of the highest layer',
      world: fragment('apps/serve/Dockerfile', '["serve"]', '["other"]'),
      expected: { 'app/serve': [SERVE, 'labels or settings of app serve changed'] },
    },
    {
      what: 'a bake option of steps',
      world: factory('network: default', 'network: none'),
      expected: { 'build options': [ALL, 'option network changed'] },
    },
    {
      what: 'bake options of images',
      world: factory('network: default', 'network: default, labels: { a: b }'),
      expected: { 'build options': [ALL, 'option labels changed'] },
    },
    {
      what: 'a bake option of neither',
      world: factory('network: default', 'network: default, pull: true'),
      expected: {},
    },
    {
      what: 'tags',
      world: factory('app: "*" }', 'app: "*", tags: ["{app}-{core}-new"] }'),
      expected: { 'names and tags': [ALL, 'tags of the image changed'] },
    },
    {
      what: 'another fragment',
      world: factory('fragment: light/Dockerfile', 'fragment: apps/train/Dockerfile'),
      expected: { 'light/one': [ALL, 'fragment light/Dockerfile -> apps/train/Dockerfile'] },
    },
    {
      what: 'several layers at once, each by itself',
      world: withFiles({
        'core/cpu.Dockerfile': 'ARG PYTHON\nARG MORE\nRUN other\n',
        'apps/train/Dockerfile': 'RUN other\n',
        'lib/a.txt': 'x',
      }),
      expected: {
        'light/one': [ALL, 'file lib/a.txt changed'],
        'core/py312': [PY312, 'fragment core/cpu.Dockerfile changed', 'argument MORE is new'],
        'app/train': [4, 'fragment apps/train/Dockerfile changed'],
      },
    },
    {
      what: 'a variant more',
      world: factory('      train:', '      eval: { fragment: apps/train/Dockerfile }\n      train:'),
      expected: { 'new work items': [4, 'new work item'] },
    },
  ])('says what changed: $what', async ({ world, expected }) => {
    expect(groupsOf(await compare(world))).toEqual(expected)
  })

  test('tells other layers of the same work item from other content', async () => {
    const named = (app: string): World =>
      factory(
        '  all: { base: ubuntu, core: "*", light: one, app: "*" }',
        `  mine: { base: ubuntu, core: py312, ${app} }`,
      )
    const before = await wholeOf(named('light: one, app: serve'))
    const other = comparePlans(await wholeOf(named('light: one, app: train')), before)
    expect(groupsOf(other)).toEqual({ 'app/train': [2, "work item's layers changed: app serve -> train"] })
    const shorter = comparePlans(await wholeOf(named('light: one')), before)
    expect(groupsOf(shorter)).toEqual({ 'app/serve': [2, "work item's layers changed: app serve -> none"] })
  })

  test('names work items that are gone, and takes all for changed without a plan to compare with', async () => {
    const fewer = await compare(factory('app: "*" }', 'app: serve }'))
    expect(fewer.groups).toEqual([])
    expect(fewer.gone).toEqual([
      ...['train-py312 linux/amd64', 'train-py312 linux/arm64'],
      ...['train-cuda linux/amd64', 'train-cuda linux/arm64'],
    ])
    const nothing = comparePlans(BEFORE, undefined)
    expect(groupsOf(nothing)).toEqual({ everything: [ALL, 'there is no plan to compare with'] })
    expect(nothing.items.every(({ changed }) => changed)).toBe(true)
  })

  test('names files by their pattern where they are not listed, and stops after fifty', async () => {
    const now = await wholeOf(withFiles({ 'lib/a.txt': 'x' }))
    const unlisted = comparePlans({ ...now, files: {} }, BEFORE)
    expect(groupsOf(unlisted)).toEqual({ 'light/one': [ALL, 'files lib changed'] })
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`lib/${index}.txt`, '']))
    expect(groupsOf(await compare(withFiles(many)))['light/one']?.at(-1)).toBe('10 more files of lib changed')
  })

  test('a plan of another release differs in something that plans do not list', () => {
    const [old = ''] = BEFORE.imageKeys
    const imageKeys = [old.replace(/^\w+/, '000000000000'), ...BEFORE.imageKeys.slice(1)]
    const { groups } = comparePlans({ ...BEFORE, imageKeys }, BEFORE)
    expect(groups).toMatchObject([{ label: 'keys', items: [0] }])
  })

  test('never says the value of an argument', async () => {
    const comparison = await compare(factory('PYTHON: "3.12"', 'PYTHON: "s3cr3t"'))
    expect(JSON.stringify(comparison)).not.toContain('s3cr3t')
  })

  test('survives being written and read', async () => {
    const now = await wholeOf(withFiles({ 'lib/a.txt': 'x' }))
    const read = JSON.parse(JSON.stringify(now)) as Plan
    expect(comparePlans(read, BEFORE)).toEqual(comparePlans(now, BEFORE))
  })
})

/** A factory of layers with variants, by the number of variants of each; everything a variant has is its own. */
type Sketch = { readonly layers: readonly number[]; readonly kinds: readonly number[] }

const sketches: fc.Arbitrary<Sketch> = fc.record({
  layers: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  kinds: fc.array(fc.nat(2), { minLength: 9, maxLength: 9 }),
})

const KINDS = ['fragment', 'argument', 'files'] as const

/** The world of a sketch; what is `touched` of a layer's variant says something else. */
const draw = ({ layers, kinds }: Sketch, touched?: readonly [number, number]): World => {
  const files: Record<string, string> = {}
  const variants = layers.map((count, layer) =>
    Array.from({ length: count }, (_, variant) => {
      const kind = KINDS[kinds[layer * 3 + variant] ?? 0] ?? 'fragment'
      const value = touched?.[0] === layer && touched[1] === variant ? 'new' : 'old'
      const name = `l${layer}/v${variant}`
      files[`${name}/Dockerfile`] = `ARG A\nRUN ${name} "$A" ${kind === 'fragment' ? value : ''}\nCOPY ${name}/data /\n`
      files[`${name}/data/file`] = kind === 'files' ? value : ''
      return [`v${variant}`, { fragment: `${name}/Dockerfile`, args: { A: kind === 'argument' ? value : '' } }] as const
    }),
  )
  const all = variants.map((each, layer) => [`l${layer}`, { variants: Object.fromEntries(each) }] as const)
  files['strata.yaml'] = JSON.stringify({
    version: 1,
    name: 'demo',
    platforms: ['linux/amd64'],
    layers: { base: { variants: { none: { from: 'scratch' } } }, ...Object.fromEntries(all) },
    manifests: { all: { base: 'none', ...Object.fromEntries(layers.map((_, layer) => [`l${layer}`, '*'])) } },
  })
  return { files }
}

test('one input of a factory changes exactly the work items whose chain has it, for that one reason', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, fc.nat(), fc.nat(), async (sketch, pickLayer, pickVariant) => {
      const layer = pickLayer % sketch.layers.length
      const variant = pickVariant % (sketch.layers[layer] ?? 1)
      const [before, now] = await Promise.all([wholeOf(draw(sketch)), wholeOf(draw(sketch, [layer, variant]))])
      const { items, groups } = comparePlans(now, before)
      const has = now.items.map(({ layers }) =>
        layers.some((each) => each.layer === `l${layer}` && each.variant === `v${variant}`),
      )
      expect(items.map(({ changed }) => changed)).toEqual(has)
      expect(groups).toMatchObject([{ layer: `l${layer}`, variant: `v${variant}`, movable: true }])
      expect(groups[0]?.reasons).toHaveLength(1)
      expect(groups[0]?.reasons[0]).toMatch(/^(fragment|argument|file) .+ changed$/)
      expect(groups[0]?.items).toEqual(has.flatMap((each, index) => (each ? [index] : [])))
    }),
    { numRuns: 25 },
  )
}, 60_000)
