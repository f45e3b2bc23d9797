import { describe, expect, test } from '@jest/globals'
import { parseMainFile } from '../../src/factory/document.ts'
import { expandFactory } from '../../src/factory/expand.ts'
import type { ExpandOptions } from '../../src/factory/overrides.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import type { Expansion } from '../../src/factory/work-item.ts'
import { FULL, FULL_PATHS } from './examples.ts'

const expand = (text: string, options?: ExpandOptions): Expansion =>
  expandFactory(parseFactory(parseMainFile('strata.yaml', text), [], FULL_PATHS), options)

/** One line for a work item: id, platform, variants. */
const lines = ({ items }: Expansion): readonly string[] =>
  items.map(({ manifestId, platform, layers }) =>
    [manifestId, platform.replace('linux/', ''), layers.map(({ variant }) => variant).join('/')].join(' '),
  )

const LAYERS = `layers:
  base: { variants: { a: { from: "x:1" }, b: { from: { linux/arm64: "x:2" } } } }
  mid: { variants: { m1: {}, m2: {}, m3: {} } }
  app: { variants: { web: {}, job: {} } }
`
const file = (rest: string, head = 'platforms: [linux/amd64, linux/arm64]\n'): string =>
  `version: 1\nname: demo\n${head}${LAYERS}${rest}`

describe('the example of the documentation', () => {
  const expansion = expand(FULL)

  test('becomes these work items', () => {
    expect(
      lines({ ...expansion, items: expansion.items.filter(({ platform }) => platform === 'linux/amd64') }),
    ).toEqual([
      'llm_factory amd64 ubuntu-24.04/1.0.0/0.1.0/0.1.0/serve',
      'llm_factory_cuda amd64 cuda-12/1.0.0/0.2.0-cuda/0.1.0/serve',
      'core_only amd64 ubuntu-24.04/1.0.0/0.1.0',
      'serve-0.1.0-none-ubuntu-24.04 amd64 ubuntu-24.04/none/0.1.0/0.1.0/serve',
      'chat-0.1.0-none-ubuntu-24.04 amd64 ubuntu-24.04/none/0.1.0/0.1.0/chat',
      'chat-0.1.0-1.0.0-ubuntu-24.04 amd64 ubuntu-24.04/1.0.0/0.1.0/0.1.0/chat',
      'serve-0.1.0-none-debian-13 amd64 debian-13/none/0.1.0/0.1.0/serve',
      'chat-0.1.0-none-debian-13 amd64 debian-13/none/0.1.0/0.1.0/chat',
      'serve-0.1.0-1.0.0-debian-13 amd64 debian-13/1.0.0/0.1.0/0.1.0/serve',
      'chat-0.1.0-1.0.0-debian-13 amd64 debian-13/1.0.0/0.1.0/0.1.0/chat',
    ])
  })

  test('has both platforms of a manifest side by side', () => {
    expect(expansion.items).toHaveLength(20)
    expect(lines(expansion).slice(0, 2)).toEqual([
      'llm_factory amd64 ubuntu-24.04/1.0.0/0.1.0/0.1.0/serve',
      'llm_factory arm64 ubuntu-24.04/1.0.0/0.1.0/0.1.0/serve',
    ])
  })

  test('builds an alias once and tags it twice', () => {
    expect(expansion.aliases).toEqual({ llm_factory: ['serve-0.1.0-1.0.0-ubuntu-24.04'] })
    expect(expansion.items[0]?.tags).toEqual([
      'llm_factory',
      'llm_factory-1.4.0',
      'latest',
      'serve-0.1.0-1.0.0-ubuntu-24.04',
    ])
  })

  test('lists what it leaves out, with the reason', () => {
    expect(expansion.excluded).toHaveLength(8)
    expect(expansion.excluded[0]).toEqual({
      manifestId: 'serve-0.2.0-cuda-none-ubuntu-24.04',
      reason: 'core 0.2.0-cuda requires base cuda-*, but it is ubuntu-24.04',
      place: { file: 'strata.yaml', line: 30, column: 7 },
    })
  })

  test('knows images, accelerators and pools', () => {
    const cuda = expansion.items.filter(({ manifestId }) => manifestId === 'llm_factory_cuda')
    expect(cuda.map(({ image, accelerator, pool, version }) => [image, accelerator, pool, version])).toEqual([
      ['ghcr.io/acme/llm-factory', 'cuda', 'linux/amd64+cuda', '1.4.0'],
      ['ghcr.io/acme/llm-factory', 'cuda', 'linux/arm64', '1.4.0'],
    ])
    expect(cuda.map(({ layers }) => layers[0]?.from)).toEqual([
      'nvidia/cuda:12.6.3-runtime-ubuntu24.04',
      'nvcr.io/nvidia/l4t-jetpack:r36.4.0',
    ])
  })
})

describe('combinations', () => {
  test.each([
    [
      'stand in the order of layers and variants, whatever the order of keys and lists',
      '{ app: [job, web], base: a, mid: [m3, m1] }',
      ['web-m1-a', 'job-m1-a', 'web-m3-a', 'job-m3-a'],
    ],
    ['of a glob', '{ base: a, mid: "m[12]", app: web }', ['web-m1-a', 'web-m2-a']],
    ['of all but some', '{ base: a, mid: { not: [m1, m2] }, app: "*" }', ['web-m3-a', 'job-m3-a']],
    ['with a layer left out below another', '{ base: a, app: "*" }', ['web-a', 'job-a']],
    ['with upper layers left out', '{ base: a, mid: "*" }', ['m1-a', 'm2-a', 'm3-a']],
  ])('%s', (_, entry, ids) => {
    const expansion = expand(file(`manifests: { all: ${entry} }\n`, ''))
    expect(expansion.items.map(({ manifestId }) => manifestId)).toEqual(ids)
  })

  test('a list of one is written out by name', () => {
    expect(lines(expand(file('manifests: { one: { base: [a], mid: m1 } }\n', '')))).toEqual(['one amd64 a/m1'])
  })

  test('ids that are too long end in a hash of the whole', () => {
    const name = 'x'.repeat(60)
    const text = `version: 1\nname: demo\nlayers:\n  base: { variants: { ${name}: { from: a }, ${name}y: { from: a } } }\n  app: { variants: { ${name}: {} } }\nmanifests: { all: { base: "*", app: "*" } }\n`
    const ids = expand(text).items.map(({ manifestId }) => manifestId)
    expect(ids.map((id) => [id.length, id.slice(0, 72)])).toEqual([
      [80, `${name}-${'x'.repeat(10)}-`],
      [80, `${name}-${'x'.repeat(10)}-`],
    ])
    expect(new Set(ids).size).toBe(2)
    expect(ids[0]).toMatch(/-[0-9a-f]{8}$/)
  })
})

describe('rules', () => {
  test('a platform without a base is left out of one manifest, and told', () => {
    const expansion = expand(file('manifests: { one: { base: b }, two: { base: a } }\n'))
    expect(lines(expansion)).toEqual(['one arm64 b', 'two amd64 a', 'two arm64 a'])
    expect(expansion.excluded).toEqual([
      {
        manifestId: 'one',
        platform: 'linux/amd64',
        reason: 'base b has no base for linux/amd64',
        place: { file: 'strata.yaml', line: 5, column: 43 },
      },
    ])
  })

  test('a rule for a platform, and a manifest of one platform', () => {
    const rest = `manifests: { all: { base: a, app: "*" }, few: { base: a, mid: m1, platforms: linux/amd64 } }
exclude: [{ platform: "*/arm*", app: job, reason: slow }]
`
    const expansion = expand(file(rest))
    expect(lines(expansion)).toEqual(['web-a amd64 a/web', 'web-a arm64 a/web', 'job-a amd64 a/job', 'few amd64 a/m1'])
    expect(expansion.excluded).toMatchObject([{ manifestId: 'job-a', platform: 'linux/arm64', reason: 'slow' }])
  })

  test('a layer that a manifest leaves out is selected by no rule, not even by all', () => {
    const rest = `manifests: { all: { base: a, mid: "*", app: web }, low: { base: a } }
exclude: [{ mid: "*", app: { not: job }, base: a, reason: r }]
`
    expect(lines(expand(file(rest, '')))).toEqual(['low amd64 a'])
  })

  test('overlapping entries leave a combination out once', () => {
    const rest = `manifests: { one: { base: a, app: "*" }, two: { base: a, app: [web, job] } }
exclude: [{ app: job, reason: r }]
`
    const expansion = expand(file(rest, ''))
    expect([lines(expansion), expansion.excluded.length, expansion.aliases]).toEqual([['web-a amd64 a/web'], 1, {}])
  })
})

describe('arguments', () => {
  const rest = `args: { A: factory, B: factory, C: factory }
manifests:
  one: { base: a, app: w, args: { C: manifest } }
`
  const text = `version: 1
name: demo
platforms: [linux/amd64, linux/arm64]
layers:
  base: { variants: { a: { from: x } } }
  app: { args: { B: layer, D: layer }, variants: { w: { args: { C: variant, D: { linux/arm64: variant }, E: { linux/arm64: e } } } } }
${rest}`

  test('come from the strongest level that has a value for the platform', () => {
    const args = expand(text).items.map(({ layers }) =>
      Object.entries(layers[1]?.args ?? {}).map(([name, { value, level }]) => `${name}=${value} (${level})`),
    )
    const common = ['A=factory (factory)', 'B=layer (layer)', 'C=manifest (manifest)']
    expect(args).toEqual([
      [...common, 'D=layer (variant)'],
      [...common, 'D=variant (variant)', 'E=e (variant)'],
    ])
  })
})

test('bake options: the factory, the variants bottom to top, the manifest', () => {
  const text = `version: 1
name: demo
bake: { shm-size: 1g, labels: { a: factory, b: factory } }
layers:
  base: { variants: { a: { from: x, bake: { labels: { b: base, c: base } } } } }
  app: { variants: { w: { bake: { labels: { c: app }, ulimits: [a] } } } }
manifests: { one: { base: a, app: w, bake: { shm-size: 2g } } }
`
  expect(expand(text).items[0]?.bake).toEqual({
    'shm-size': '2g',
    labels: { a: 'factory', b: 'base', c: 'app' },
    ulimits: ['a'],
  })
})

describe('tags and images', () => {
  test('a tag whose placeholder has no value is not made', () => {
    const head = 'tags: ["{manifest_id}", "v{version}", "{app}-of-{name}"]\n'
    const rest = 'manifests: { one: { base: a, version: 2.10 }, two: { base: a, app: web } }\n'
    expect(expand(file(rest, head)).items.map(({ tags }) => tags)).toEqual([
      ['one', 'v2.10'],
      ['two', 'web-of-demo'],
    ])
  })

  test('what is of a run stays in a tag, so that no plan depends on the commit', () => {
    const head = 'tags: ["{manifest_id}-{sha}", "{version}-{date}", "{short_sha}.{branch}"]\nimage: "{manifest_id}"\n'
    const rest = 'manifests: { one: { base: a, version: 1.0+b }, two: { base: a, tags: "{app}-{sha}" } }\n'
    expect(expand(file(rest, head)).items.map(({ tags }) => tags)).toEqual([
      ['one-{sha}', '1.0-b-{date}', '{short_sha}.{branch}'],
      ['two-{sha}', '{short_sha}.{branch}'],
    ])
    const long = `${'x'.repeat(100)}-{sha}`
    expect(() => expand(file(`manifests: { one: { base: a, tags: ${JSON.stringify(long)} } }\n`))).toThrow(
      '128 characters',
    )
    const both = 'manifests: { one: { base: a, tags: "{sha}" }, two: { base: b, tags: "{sha}" } }\n'
    expect(() => expand(file(both))).toThrow('both get the tag demo:{sha}')
  })

  test('what a version holds and a tag may not becomes a dash', () => {
    const rest = 'manifests: { one: { base: a, version: 1.4.0+build.5, tags: "{version}" } }\n'
    expect(expand(file(rest, '')).items[0]).toMatchObject({ tags: ['1.4.0-build.5'], version: '1.4.0+build.5' })
  })

  test('an image loses a separator with a placeholder that has no value', () => {
    const head = 'registry: localhost:5000/team\nimage: "{name}/{app}-{base}"\n'
    const rest = 'manifests: { one: { base: a }, two: { base: a, app: web } }\n'
    expect(expand(file(rest, head)).items.map(({ image }) => image)).toEqual([
      'localhost:5000/team/demo/a',
      'localhost:5000/team/demo/web-a',
    ])
  })

  test('an image of its own for every manifest: the same tag twice is fine, and there are no aliases', () => {
    const head = 'image: "{manifest_id}"\ntags: latest\n'
    const expansion = expand(file('manifests: { one: { base: a }, two: { base: a } }\n', head))
    expect(expansion.items.map(({ image, tags }) => `${image}:${tags.join()}`)).toEqual(['one:latest', 'two:latest'])
    expect(expansion.aliases).toEqual({})
  })

  test('aliases share their tags, also the same one', () => {
    const expansion = expand(file('manifests: { one: { base: a, tags: x }, two: { base: a, tags: [x, y] } }\n', ''))
    expect(expansion.items.map(({ manifestId, tags }) => [manifestId, tags])).toEqual([['one', ['x', 'y']]])
    expect(expansion.aliases).toEqual({ one: ['two'] })
  })

  test('other arguments make another image', () => {
    const expansion = expand(file('manifests: { one: { base: a }, two: { extends: one, args: { X: 1 } } }\n', ''))
    expect(expansion.items.map(({ manifestId }) => manifestId)).toEqual(['one', 'two'])
  })
})

describe('options', () => {
  const text = file(
    'manifests: { one: { base: a, mid: m1 }, all: { base: "*", app: "*" }, again: { base: a, app: web } }\n',
  )

  test.each<[string, ExpandOptions, readonly string[]]>([
    ['an id', { only: ['one'] }, ['one amd64 a/m1', 'one arm64 a/m1']],
    ['an alias', { only: ['again'], platforms: ['linux/aarch64'] }, ['web-a arm64 a/web']],
    [
      'globs',
      { only: ['*-b', 'o?e'], platforms: ['linux/arm64'] },
      ['one arm64 a/m1', 'web-b arm64 b/web', 'job-b arm64 b/job'],
    ],
    ['a platform', { platforms: ['linux/amd64'] }, ['one amd64 a/m1', 'web-a amd64 a/web', 'job-a amd64 a/job']],
  ])('%s', (_, options, expected) => {
    expect(lines(expand(text, options))).toEqual(expected)
  })

  test('another registry and another base', () => {
    const { items } = expand(text, { registry: '127.0.0.1:5000', base: { b: 'busybox@sha256:' + 'a'.repeat(64) } })
    expect(items.find(({ manifestId }) => manifestId === 'web-b')).toMatchObject({
      platform: 'linux/amd64',
      image: '127.0.0.1:5000/demo',
      layers: [{ from: `busybox@sha256:${'a'.repeat(64)}` }, {}],
    })
  })

  test('what is not asked for is not listed as left out either', () => {
    expect(expand(text, { only: ['one'] }).excluded).toEqual([])
    expect(expand(text).excluded.map(({ manifestId }) => manifestId)).toEqual(['web-b', 'job-b'])
  })

  test.each<[string, ExpandOptions, string]>([
    [
      'an unknown id',
      { only: ['oen'] },
      'only: no manifest matches "oen"; expected one, web-a, again, job-a, web-b or job-b; did you mean "one"?',
    ],
    [
      'a glob without match',
      { only: ['x*'] },
      'only: no manifest matches "x*"; expected one, web-a, again, job-a, web-b or job-b',
    ],
    [
      'an unknown platform',
      { platforms: ['linux/amd46'] },
      'platforms: the factory does not build for "linux/amd46"; expected linux/amd64 or linux/arm64; did you mean "linux/amd64"?',
    ],
    [
      'a manifest that is not built there',
      { only: ['web-b'], platforms: ['linux/amd64'] },
      'nothing that was asked for is built for linux/amd64; see strata.yaml:5:43: base b has no base for linux/amd64',
    ],
    ['an unknown base', { base: { A: 'x:1' } }, 'base: unknown variant "A"; expected a or b; did you mean "a"?'],
    [
      'a base that is no image',
      { base: { a: 'X Y' } },
      'base: "X Y" is not an image reference; expected name[:tag][@sha256:…]',
    ],
    [
      'a registry with a scheme',
      { registry: 'http://localhost:5000' },
      'registry: "http://localhost:5000" is not a registry; expected a host with the path that all images share, without scheme, tag or slash at the end: ghcr.io/acme; write "localhost:5000"',
    ],
  ])('%s', (_, options, message) => {
    expect(() => expand(text, options)).toThrow(message)
  })

  test('an excluded manifest that is asked for', () => {
    const rules = `${text}exclude: [{ base: a, app: job, reason: "no jobs" }]\n`
    expect(() => expand(rules, { only: ['job-a'] })).toThrow('strata.yaml:9:11: only: "job-a" is excluded: no jobs')
  })
})

describe('tests', () => {
  const TESTED = file(
    `manifests:
  one: { base: a, app: web, test: { script: t/smoke }, test-pool: linux/amd64+gpu }
  two: { base: a, app: web }
pools:
  linux/amd64: { runs-on: small }
  linux/amd64+gpu: { runs-on: gpu }
`,
  ).replace('web: {}', 'web: { test: [web, --version] }')

  test('of variants stand before that of the manifest, and the pool that tests an image builds it', () => {
    const found = expand(TESTED).items.map(({ manifestId, platform, pool, tests }) => [
      manifestId,
      platform,
      pool,
      tests,
    ])
    const [web, smoke] = [{ command: ['web', '--version'] }, { script: 't/smoke' }]
    expect(found).toEqual([
      ['one', 'linux/amd64', 'linux/amd64+gpu', [web, smoke]],
      ['one', 'linux/arm64', undefined, [web, smoke]],
      ['two', 'linux/amd64', 'linux/amd64', [web]],
      ['two', 'linux/arm64', undefined, [web]],
    ])
  })

  test('cannot run in a pool that there is not', () => {
    expect(() => expand(TESTED.replace('test-pool: linux/amd64+gpu', 'test-pool: linux/amd64+tpu'))).toThrow(
      'there is no pool "linux/amd64+tpu" for test-pool; expected one of pools: linux/amd64, linux/amd64+gpu',
    )
  })
})
