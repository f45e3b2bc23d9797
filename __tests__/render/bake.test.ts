import { describe, expect, test } from '@jest/globals'
import { renderBake, type BakeTarget, type BuildOptions, type CollectorTarget } from '../../src/render/bake.ts'
import { NO_OPTIONS } from '../support/samples.ts'

const target = (changes: Partial<BakeTarget> = {}): BakeTarget => ({
  name: 't0',
  dockerfile: '/tmp/strata/a-linux-amd64.Dockerfile',
  context: '.',
  contexts: {},
  platform: 'linux/amd64',
  annotations: [],
  tags: [],
  outputs: ['type=cacheonly'],
  cacheFrom: [],
  cacheTo: [],
  extra: {},
  ...changes,
})

const render = (targets: readonly BakeTarget[], options: Partial<BuildOptions> = {}): unknown =>
  JSON.parse(renderBake(targets, [], { ...NO_OPTIONS, ...options }))

const renderTarget = (changes: Partial<BakeTarget>, options: Partial<BuildOptions> = {}): unknown =>
  render([target(changes)], options)

/** A bake file of this one target. */
const fileOf = (t0: unknown): Readonly<Record<string, unknown>> => ({
  group: { default: { targets: ['t0'] } },
  target: { t0 },
})

describe('renderBake', () => {
  test('says nothing that goes without saying', () => {
    expect(renderTarget({})).toEqual(
      fileOf({
        context: '.',
        dockerfile: '/tmp/strata/a-linux-amd64.Dockerfile',
        platforms: ['linux/amd64'],
        output: ['type=cacheonly'],
      }),
    )
  })

  test('says every option under the name that bake has for it', () => {
    const options: BuildOptions = {
      labels: { a: 'b' },
      annotations: ['manifest:a=b'],
      secrets: ['id=token,env=TOKEN'],
      ssh: ['default'],
      attests: ['type=sbom'],
      noCache: true,
      noCacheFilters: ['core'],
      pull: true,
      network: 'none',
      addHosts: { db: '10.0.0.1' },
      allow: ['network.host'],
      shmSize: '2g',
      ulimits: ['nofile=1024:1024'],
    }
    const changes = {
      contexts: { src: 'apps/a' },
      tags: ['x:1'],
      cacheFrom: ['type=gha'],
      cacheTo: ['type=gha,mode=max'],
    }
    expect(renderTarget(changes, options)).toEqual(
      fileOf({
        context: '.',
        contexts: { src: 'apps/a' },
        dockerfile: '/tmp/strata/a-linux-amd64.Dockerfile',
        platforms: ['linux/amd64'],
        tags: ['x:1'],
        labels: { a: 'b' },
        annotations: ['manifest:a=b'],
        secret: ['id=token,env=TOKEN'],
        ssh: ['default'],
        attest: ['type=sbom'],
        'no-cache': true,
        'no-cache-filter': ['core'],
        pull: true,
        network: 'none',
        'extra-hosts': { db: '10.0.0.1' },
        'shm-size': '2g',
        ulimits: ['nofile=1024:1024'],
        entitlements: ['network.host'],
        'cache-from': ['type=gha'],
        'cache-to': ['type=gha,mode=max'],
        output: ['type=cacheonly'],
      }),
    )
  })

  test.each([
    [
      'objects are merged, and the user wins',
      { labels: { a: 'theirs', c: 'd' } },
      { labels: { a: 'theirs', b: 'b', c: 'd' } },
    ],
    ['lists are joined', { tags: ['y:2'] }, { tags: ['x:1', 'y:2'] }],
    ['all else is replaced', { network: 'host' }, { network: 'host' }],
    ['new keys are added', { 'shm-size': '1g' }, { 'shm-size': '1g' }],
  ])("of the user's own keys, %s", (_, extra, expected) => {
    const options = { labels: { a: 'ours', b: 'b' }, network: 'none' }
    expect(renderTarget({ tags: ['x:1'], extra }, options)).toMatchObject(fileOf(expected))
  })

  test.each([
    ['${HOME}', '$${HOME}'],
    ['%{if}', '%%{if}'],
    ['$${x}', '$$${x}'],
    ['$ $$ % %% {}', '$ $$ % %% {}'],
  ])('%s is written as %s, for bake evaluates it also in JSON', (value, written) => {
    const args = { [value]: [value, null, 7, { deep: value }] }
    const escaped = { [written]: [written, null, 7, { deep: written }] }
    expect(renderTarget({ extra: { args } })).toMatchObject(fileOf({ args: escaped }))
  })

  test('a target that ends with a stage exports cache alone: nothing of the image, no attestations', () => {
    const options: Partial<BuildOptions> = {
      labels: { a: 'b' },
      annotations: ['manifest:a=b'],
      attests: ['type=sbom'],
      secrets: ['id=token,env=TOKEN'],
      ssh: ['default'],
      noCache: true,
      pull: true,
      network: 'none',
      addHosts: { db: '10.0.0.1' },
      shmSize: '2g',
    }
    const changes = { name: 'p0', stage: 'core', cacheFrom: ['type=registry,ref=x'], cacheTo: ['type=registry,ref=y'] }
    expect(render([target(changes)], options)).toEqual({
      group: { default: { targets: ['p0'] } },
      target: {
        p0: {
          context: '.',
          dockerfile: '/tmp/strata/a-linux-amd64.Dockerfile',
          target: 'core',
          platforms: ['linux/amd64'],
          attest: ['type=provenance,disabled=true'],
          // all that decides how steps run is the same as for work items, or they would not share them
          ...{ secret: ['id=token,env=TOKEN'], ssh: ['default'], 'no-cache': true, pull: true, network: 'none' },
          ...{ 'extra-hosts': { db: '10.0.0.1' }, 'shm-size': '2g' },
          'cache-from': ['type=registry,ref=x'],
          'cache-to': ['type=registry,ref=y'],
          output: ['type=cacheonly'],
        },
      },
    })
  })

  const collector = (changes: Partial<CollectorTarget> = {}): CollectorTarget => ({
    name: 'collect',
    platform: 'linux/amd64',
    leaves: ['t0', 't1'],
    cacheFrom: [],
    cacheTo: [],
    refs: ['ghcr.io/acme/cache:linux-amd64'],
    ...changes,
  })

  test('a collector depends on every leaf and writes one ref for all', () => {
    const targets = [target(), target({ name: 't1' })]
    const options = { ...NO_OPTIONS, labels: { a: 'b' }, secrets: ['id=token,env=TOKEN'] }
    const file: unknown = JSON.parse(
      renderBake(
        targets,
        [collector({ cacheFrom: ['type=registry,ref=x'], cacheTo: ['type=registry,ref=y'] })],
        options,
      ),
    )
    expect(file).toMatchObject({ group: { default: { targets: ['t0', 't1', 'collect'] } } })
    expect(file).toHaveProperty('target.collect', {
      context: '.',
      contexts: { t0: 'target:t0', t1: 'target:t1' },
      'dockerfile-inline': 'FROM scratch\nCOPY --from=t0 /strata-collecto[r] /\nCOPY --from=t1 /strata-collecto[r] /\n',
      platforms: ['linux/amd64'],
      'cache-from': ['type=registry,ref=x'],
      'cache-to': ['type=registry,ref=y'],
      output: ['type=cacheonly'],
    })
  })
})
