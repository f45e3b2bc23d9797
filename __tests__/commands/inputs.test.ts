import { describe, expect, test } from '@jest/globals'
import { readBuildInputs, readPlanInputs, type BuildInputs } from '../../src/commands/inputs.ts'

type Given = Readonly<Record<string, string>>

const reader = (given: Given) => (name: string) => given[name] ?? ''

const planInputs = (given: Given, env: Given = {}) => readPlanInputs(reader(given), env)

const buildInputs = (given: Given): BuildInputs => readBuildInputs(reader(given), {})

describe('inputs that are not given', () => {
  test('leave all to the factory file', () => {
    expect(planInputs({})).toEqual({
      ...{ factory: 'strata.yaml', only: [], platforms: [], base: {}, buildContexts: {}, costs: [] },
      changes: { scope: 'all', comment: false, force: [] },
      schedule: {
        ...{ maxLegs: 256, maxParallel: 20, maxLegMinutes: 300, maxLegGib: 14 },
        ...{ waves: 'auto', repeat: 'cheap', shards: 1 },
      },
    })
  })

  test('build what is safe', () => {
    expect(buildInputs({})).toEqual({
      ...planInputs({}),
      ...{ push: false, load: false, cache: true, cacheFrom: [], cacheTo: [], tags: [], secrets: [], dryRun: false },
      options: {
        ...{ labels: {}, annotations: [], ssh: [], noCache: false, noCacheFilters: [], pull: false },
        ...{ addHosts: {}, allow: [], ulimits: [] },
        attests: ['type=provenance,disabled=true', 'type=sbom,disabled=true'],
      },
    })
  })
})

describe('plan', () => {
  test.each<{ given: Given; expected: object }>([
    { given: { factory: 'a/strata.yaml' }, expected: { factory: 'a/strata.yaml' } },
    { given: { only: 'a, b\n c ,,\r\nd' }, expected: { only: ['a', 'b', 'c', 'd'] } },
    { given: { platforms: 'linux/amd64,linux/aarch64' }, expected: { platforms: ['linux/amd64', 'linux/aarch64'] } },
    { given: { registry: 'ghcr.io/acme//' }, expected: { registry: 'ghcr.io/acme' } },
    { given: { 'build-contexts': 'src=apps/a=b' }, expected: { buildContexts: { src: 'apps/a=b' } } },
    { given: { 'github-token': 't' }, expected: { githubToken: 't' } },
    { given: {}, expected: { changes: { scope: 'all', comment: false, force: [] } } },
    {
      given: { scope: 'changed', 'base-plan': 'base.json', comment: 'true', force: 'a*, b' },
      expected: { changes: { scope: 'changed', basePlan: 'base.json', comment: true, force: ['a*', 'b'] } },
    },
  ])('reads $given', ({ given, expected }) => {
    expect(planInputs(given)).toMatchObject(expected)
  })

  test('reads base images', () => {
    expect(planInputs({ base: 'ubuntu = ubuntu:26.04\n\nx=localhost:5000/a' }).base).toEqual({
      ubuntu: 'ubuntu:26.04',
      x: 'localhost:5000/a',
    })
  })

  test('takes the cache ref from the environment unless it is given', () => {
    expect(planInputs({}, { CACHE_REF: 'a/cache' }).cacheRef).toBe('a/cache')
    expect(planInputs({ 'cache-ref': 'b/cache' }, { CACHE_REF: 'a/cache' }).cacheRef).toBe('b/cache')
    expect(planInputs({}, { CACHE_REF: '' })).not.toHaveProperty('cacheRef')
  })

  test.each<{ given: Given; message: string }>([
    { given: { base: 'ubuntu' }, message: 'a line of input base has no =; expected key=value on each line' },
    { given: { scope: 'change' }, message: 'input scope is "change"; expected all, changed' },
    { given: { base: '=ubuntu' }, message: 'a line of input base has no =' },
    {
      given: { base: 'a=UPPER:x y' },
      message: 'input base gives a the image "UPPER:x y"; expected an image reference',
    },
  ])('refuses $given', ({ given, message }) => {
    expect(() => planInputs(given)).toThrow(message)
  })
})

describe('build', () => {
  test.each<{ given: Given; expected: object }>([
    { given: { push: 'TRUE', load: 'false', cache: 'False' }, expected: { push: true, load: false, cache: false } },
    { given: { tags: '{manifest_id}\nlatest' }, expected: { tags: ['{manifest_id}', 'latest'] } },
    {
      given: { 'cache-from': 'type=gha,scope=a\ntype=local,src=b' },
      expected: { cacheFrom: ['type=gha,scope=a', 'type=local,src=b'] },
    },
    { given: { labels: 'a=b=c\nd=' }, expected: { options: { labels: { a: 'b=c', d: '' } } } },
    {
      given: { 'add-hosts': 'db:10.0.0.1\nv6:::1' },
      expected: { options: { addHosts: { db: '10.0.0.1', v6: '::1' } } },
    },
    {
      given: { allow: 'network.host, security.insecure' },
      expected: { options: { allow: ['network.host', 'security.insecure'] } },
    },
    { given: { 'shm-size': '2g', network: 'host' }, expected: { options: { shmSize: '2g', network: 'host' } } },
    { given: { 'no-cache-filters': 'core,app' }, expected: { options: { noCacheFilters: ['core', 'app'] } } },
    {
      given: { provenance: 'true', sbom: 'generator=x' },
      expected: { options: { attests: ['type=provenance', 'type=sbom,generator=x'] } },
    },
    {
      given: { provenance: 'mode=max', sbom: 'false' },
      expected: { options: { attests: ['type=provenance,mode=max', 'type=sbom,disabled=true'] } },
    },
    {
      given: { leg: '{"id":"a"}', 'plan-path': 'p.json', builder: 'b' },
      expected: { leg: '{"id":"a"}', planPath: 'p.json', builder: 'b' },
    },
  ])('reads $given', ({ given, expected }) => {
    expect(buildInputs(given)).toMatchObject(expected)
  })

  test('reads secrets from everywhere', () => {
    const given = { secrets: 'token=a=b==', 'secret-envs': 'npm=NPM_TOKEN', 'secret-files': 'key=./key.pem' }
    expect(buildInputs(given).secrets).toEqual([
      { id: 'token', from: 'value', value: 'a=b==' },
      { id: 'npm', from: 'env', name: 'NPM_TOKEN' },
      { id: 'key', from: 'file', path: './key.pem' },
    ])
  })

  test('refuses what is neither true nor false', () => {
    expect(() => buildInputs({ push: 'yes' })).toThrow('input push is "yes"; expected true or false')
  })

  test('does not show a secret that has no name', () => {
    const message = 'a line of input secrets has no =; expected key=value on each line'
    expect(() => buildInputs({ secrets: 'token=x\ns3cret' })).toThrow(message)
  })
})
