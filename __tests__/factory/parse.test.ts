import { describe, expect, test } from '@jest/globals'
import { expandFactory } from '../../src/factory/expand.ts'
import { parseMainFile } from '../../src/factory/document.ts'
import type { Argument, Factory, LayerVariant } from '../../src/factory/factory.ts'
import { parseFactory } from '../../src/factory/parse.ts'
import { DEFAULT_RETENTION } from '../../src/factory/retention.ts'
import { ANCHORED, FULL, FULL_PATHS, JSON_FILE } from './examples.ts'

const parse = (text: string, paths: readonly string[] = [], file = 'strata.yaml'): Factory =>
  parseFactory(parseMainFile(file, text), [], paths)

const variant = (factory: Factory, layer: string, name: string): LayerVariant => {
  const found = factory.layers.find((each) => each.name === layer)?.variants.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no ${layer} ${name}`)
  return found
}

const values = (args: Readonly<Record<string, Argument>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(args).map(([name, { value, level }]) => [name, [value.any ?? value.platforms, level]]),
  )

describe('the example of the documentation', () => {
  const factory = parse(FULL, FULL_PATHS)

  test('has its settings', () => {
    const { name, registry, image, tags, id, platforms, context, cache, retention, pools, file } = factory
    expect({ name, registry, image, tags, id, platforms, context, cache, retention, pools, file }).toEqual({
      name: 'llm-factory',
      registry: 'ghcr.io/acme',
      image: '{name}',
      tags: ['{manifest_id}', '{manifest_id}-{version}'],
      id: '{app}-{core}-{security}-{base}',
      platforms: ['linux/amd64', 'linux/arm64'],
      context: '.',
      cache: { backend: 'registry', strategy: 'layer', ref: 'ghcr.io/acme/llm-factory-cache' },
      retention: DEFAULT_RETENTION,
      pools: [
        { name: 'linux/amd64', platform: 'linux/amd64', runsOn: ['ubuntu-24.04'] },
        { name: 'linux/arm64', platform: 'linux/arm64', runsOn: ['ubuntu-24.04-arm'] },
        {
          name: 'linux/amd64+cuda',
          platform: 'linux/amd64',
          accelerator: 'cuda',
          runsOn: ['self-hosted', 'bigdisk'],
        },
      ],
      file: 'strata.yaml',
    })
  })

  test('has its layers bottom to top, found variants behind written ones', () => {
    expect(
      factory.layers.map(({ name, stable, maxAge, variants }) => [
        name,
        stable,
        maxAge,
        variants.map((each) => each.name),
      ]),
    ).toEqual([
      ['base', true, undefined, ['ubuntu-24.04', 'debian-13', 'cuda-12']],
      ['security', true, 604_800_000, ['none', '1.0.0']],
      ['core', true, undefined, ['0.1.0', '0.2.0-cuda']],
      ['light', false, undefined, ['0.1.0']],
      ['app', false, undefined, ['serve', 'chat']],
    ])
    expect(variant(factory, 'app', 'chat')).toMatchObject({ fragment: 'apps/chat/Dockerfile', contexts: {} })
    expect(variant(factory, 'app', 'serve')).toMatchObject({ contexts: { src: 'apps/serve' } })
    expect(variant(factory, 'core', '0.2.0-cuda').requires).toEqual({ base: { any: ['cuda-*'], not: [] } })
    expect(variant(factory, 'base', 'cuda-12').from).toEqual({
      platforms: {
        'linux/amd64': 'nvidia/cuda:12.6.3-runtime-ubuntu24.04',
        'linux/arm64': 'nvcr.io/nvidia/l4t-jetpack:r36.4.0',
      },
    })
  })

  test('a child has what it does not say itself from its parent, but not the tags', () => {
    const [parent, child] = factory.manifests
    expect(parent).toMatchObject({ version: '1.4.0', tags: ['latest'], place: { line: 40, column: 3 } })
    expect(child).toMatchObject({
      name: 'llm_factory_cuda',
      version: '1.4.0',
      tags: [],
      place: { line: 41, column: 3 },
    })
    expect(Object.entries(child?.choices ?? {}).map(([layer, { any }]) => [layer, ...any])).toEqual([
      ['base', 'cuda-12'],
      ['security', '1.0.0'],
      ['core', '0.2.0-cuda'],
      ['light', '0.1.0'],
      ['app', 'serve'],
    ])
  })

  test('has its rule', () => {
    expect(factory.exclude).toEqual([
      {
        layers: { base: { any: ['*'], not: ['cuda-*'] }, core: { any: ['*cuda*'], not: [] } },
        reason: 'needs a CUDA base',
        place: { file: 'strata.yaml', line: 46, column: 5 },
      },
    ])
  })
})

describe('texts are read as they are written', () => {
  const factory = parse(ANCHORED)

  test('names and versions', () => {
    expect(factory.layers[0]?.variants.map(({ name }) => name)).toEqual(['0.10', '0.1'])
    expect(factory.manifests.map(({ version }) => version)).toEqual(['1.40', undefined])
  })

  test('arguments, also behind merge keys, where own keys and earlier maps win', () => {
    expect(values(variant(factory, 'app', 'plain').args)).toEqual({
      PYTHON: ['3.10', 'variant'],
      DEBUG: ['false', 'variant'],
    })
    expect(values(variant(factory, 'app', 'other').args)).toEqual({ PYTHON: ['3.9', 'variant'] })
    expect(variant(factory, 'app', 'other')).toMatchObject({ fragment: 'app.Dockerfile', accelerator: 'cuda' })
    expect(variant(factory, 'app', 'empty').fragment).toBeUndefined()
  })

  test('bake options are what YAML makes of them', () => {
    expect(factory.bake).toEqual({
      'shm-size': '2g',
      'no-cache': false,
      ulimits: ['nofile=1024'],
      secret: null,
      nested: { a: 1.5 },
    })
  })

  test.each([
    ['quotes', 'X: "3.10"', '3.10'],
    ['an exponent', 'X: 1e3', '1e3'],
    ['a hexadecimal number', 'X: 0x1F', '0x1F'],
    ['yes', 'X: yes', 'yes'],
    ['nothing in quotes', 'X: ""', ''],
    ['a comment behind it', 'X: 1.0 # one', '1.0'],
    ['two lines', 'X: one\n    two', 'one two'],
    ['a quoted quote', "X: 'it''s'", "it's"],
  ])('%s', (_, line, expected) => {
    const text = `version: 1\nname: x\nargs:\n  ${line}\nlayers: { base: { variants: { a: { from: a } } } }\nmanifests: { m: { base: a } }\n`
    expect(values(parse(text).args)).toEqual({ X: [expected, 'factory'] })
  })
})

test('JSON, with tabs, a schema and defaults', () => {
  const factory = parse(JSON_FILE)
  expect(factory).toMatchObject({ id: '{base}', image: '{name}', tags: [], platforms: ['linux/amd64'], context: '.' })
  expect(factory.cache).toEqual({})
  expect(factory.exclude[0]?.platforms).toEqual({ any: ['*'], not: ['linux/amd64'] })
  expect(factory.retention).toEqual(DEFAULT_RETENTION)
})

test('all of the retention', () => {
  const { retention } = parse(
    `${FULL.replace(/^retention: .*$/m, '')}
retention:
  keep-last: 5
  min-age: 12h
  expire-after: 90d
  keep: [release/*, "*-lts"]
  removed-manifests: prune
  removed-grace: 7d
  max-deletes: 500
  rules:
    - { layers: app, keep-last: 1 }
    - { platforms: { not: linux/x86_64 }, branches: [main, release/*], expire-after: 30d }
`,
    FULL_PATHS,
  )
  const day = 86_400_000
  expect(retention).toEqual({
    ...{ keepLast: 5, minAge: day / 2, expireAfter: 90 * day, keep: ['release/*', '*-lts'] },
    ...{ removedManifests: 'prune', removedGrace: 7 * day, maxDeletes: 500 },
    rules: [
      { layers: { any: ['app'], not: [] }, keepLast: 1 },
      {
        platforms: { any: ['*'], not: ['linux/amd64'] },
        branches: { any: ['main', 'release/*'], not: [] },
        expireAfter: 30 * day,
      },
    ],
  })
})

test('a byte order mark and carriage returns', () => {
  expect(parse(`\uFEFF${ANCHORED.replaceAll('\n', '\r\n')}`).manifests).toEqual(parse(ANCHORED).manifests)
})

test('platforms are normalised', () => {
  const factory = parse(`version: 1
name: x
platforms: [linux/x86_64, linux/arm64/v8, linux/aarch64, linux/arm]
layers:
  base: { variants: { a: { from: { linux/aarch64: "x:1" }, args: { X: { linux/arm64/v8: y } } } } }
manifests: { m: { base: a, platforms: [linux/aarch64] } }
exclude: [{ platform: [linux/x86_64, linux/arm*], reason: no }]
pools: { linux/aarch64+cuda: { runs-on: x } }
`)
  expect(factory.platforms).toEqual(['linux/amd64', 'linux/arm64', 'linux/arm/v7'])
  expect(variant(factory, 'base', 'a')).toMatchObject({
    from: { platforms: { 'linux/arm64': 'x:1' } },
    args: { X: { value: { platforms: { 'linux/arm64': 'y' } } } },
  })
  expect(factory.manifests[0]?.platforms).toEqual(['linux/arm64'])
  expect(factory.exclude[0]?.platforms?.any).toEqual(['linux/amd64', 'linux/arm*'])
  expect(factory.pools[0]).toEqual({
    name: 'linux/arm64+cuda',
    platform: 'linux/arm64',
    accelerator: 'cuda',
    runsOn: ['x'],
  })
})

test('pools say what builds there, as the inputs of the build action take it, and where its cache is', () => {
  const factory = parse(`version: 1
name: x
layers: { base: { variants: { a: { from: "x:1" } } } }
manifests: { m: { base: a } }
pools:
  linux/amd64:
    runs-on: x
    builder:
      driver-opts: [memory=12g, "network=host"]
      buildkitd-config: ci/buildkitd.toml
      registry-mirrors: mirror.example.com
      max-parallelism: 4
      keep-state: true
  linux/arm64:
    runs-on: y
    builder:
      driver: remote
      endpoint: tcp://arm.example:1234
      nodes: [{ name: two, endpoint: "tcp://two.example:1234", platforms: linux/arm64, driver-opts: "a=b" }]
    cache: { ref: eu.example/acme/cache }
`)
  expect(factory.pools).toEqual([
    {
      ...{ name: 'linux/amd64', platform: 'linux/amd64', runsOn: ['x'] },
      builder: {
        'driver-opts': 'memory=12g\nnetwork=host',
        'buildkitd-config': 'ci/buildkitd.toml',
        'registry-mirrors': 'mirror.example.com',
        'max-parallelism': '4',
        'keep-state': 'true',
      },
    },
    {
      ...{ name: 'linux/arm64', platform: 'linux/arm64', runsOn: ['y'], cache: 'eu.example/acme/cache' },
      builder: {
        driver: 'remote',
        endpoint: 'tcp://arm.example:1234',
        nodes: '[{"name":"two","endpoint":"tcp://two.example:1234","platforms":["linux/arm64"],"driver-opts":["a=b"]}]',
      },
    },
  ])
})

test('no image may be where a pool has its cache', () => {
  const factory = parse(`version: 1
name: x
registry: eu.example
layers: { base: { variants: { a: { from: "x:1" } } } }
manifests: { m: { base: a } }
pools: { linux/amd64: { runs-on: x, cache: { ref: eu.example/x } } }
`)
  expect(() => expandFactory(factory)).toThrow('the cache and the image of manifest "m" share the repository')
})

describe('extends of variants', () => {
  const factory = parse(`version: 1
name: x
layers:
  base:
    variants:
      a: { from: { linux/amd64: "x:1", linux/arm64: "x:2" } }
      b: { extends: a, from: { linux/arm64: "y:2" } }
      c: { extends: b, from: "z:1" }
  app:
    args: { LEVEL: layer, ONLY: layer, ARM: layer }
    variants:
      three: { extends: two, requires: { base: a }, bake: { labels: { c: 3 }, list: [3] } }
      two: { extends: one, fragment: two.Dockerfile, args: { LEVEL: two, ARM: { linux/arm64: two } } }
      one:
        fragment: one.Dockerfile
        accelerator: cuda
        args: { LEVEL: one, FIRST: one }
        contexts: { src: src, img: "docker-image://alpine" }
        requires: { base: "*" }
        bake: { labels: { a: 1 }, list: [1, 2] }
manifests: { m: { base: a } }
`)

  test('chains merge maps, and the nearest wins', () => {
    expect(variant(factory, 'app', 'three')).toMatchObject({
      fragment: 'two.Dockerfile',
      accelerator: 'cuda',
      contexts: { src: 'src', img: 'docker-image://alpine' },
      requires: { base: { any: ['a'], not: [] } },
      bake: { labels: { a: 1, c: 3 }, list: [3] },
      place: { line: 12, column: 7 },
    })
    expect(values(variant(factory, 'app', 'three').args)).toMatchObject({
      LEVEL: ['two', 'variant'],
      FIRST: ['one', 'variant'],
      ONLY: ['layer', 'layer'],
    })
  })

  test('a map by platform leaves the other platforms to the weaker value', () => {
    const { args } = variant(factory, 'app', 'three')
    expect(args['ARM']).toMatchObject({
      value: { any: 'layer', platforms: { 'linux/arm64': 'two' } },
      level: 'variant',
    })
    expect(variant(factory, 'base', 'b').from).toEqual({ platforms: { 'linux/amd64': 'x:1', 'linux/arm64': 'y:2' } })
    expect(variant(factory, 'base', 'c').from).toEqual({ any: 'z:1', platforms: {} })
  })
})

test('names that every object has are names like others', () => {
  const factory = parse(`version: 1
name: x
args: { __proto__: a, constructor: b }
layers:
  base: { variants: { constructor: { from: x } } }
  constructor: { variants: { tostring: { contexts: { __proto__: src } } } }
manifests: { constructor: { base: constructor } }
`)
  expect(Object.keys(factory.args)).toEqual(['__proto__', 'constructor'])
  expect(factory.manifests[0]?.choices['constructor']).toBeUndefined()
  expect(Object.entries(variant(factory, 'constructor', 'tostring').contexts)).toEqual([['__proto__', 'src']])
})

test('paths are relative to the folder of the file', () => {
  const text = `version: 1
name: x
context: ..
layers:
  base: { variants: { a: { from: x, fragment: ./a/../b.Dockerfile, contexts: { src: ../src/ } } } }
manifests: { m: { base: a } }
`
  const factory = parse(text, [], './images/strata.yaml')
  expect(factory.context).toBe('.')
  expect(variant(factory, 'base', 'a')).toMatchObject({ fragment: 'images/b.Dockerfile', contexts: { src: 'src' } })
})
