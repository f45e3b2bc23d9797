import { describe, expect, test } from '@jest/globals'
import { readBuilderInputs } from '../../src/commands/builder-inputs.ts'
import { readBuildInputs, readPlanInputs, type BuildInputs } from '../../src/commands/inputs.ts'

type Given = Readonly<Record<string, string>>

const reader = (given: Given) => (name: string) => given[name] ?? ''

const planInputs = (given: Given, env: Given = {}) => readPlanInputs(reader(given), env)

const buildInputs = (given: Given): BuildInputs => readBuildInputs(reader(given), {})

describe('inputs that are not given', () => {
  test('leave all to the factory file', () => {
    expect(planInputs({})).toEqual({
      ...{
        factory: 'strata.yaml',
        only: [],
        platforms: [],
        base: {},
        buildContexts: {},
        costs: [],
        lint: { rules: {} },
      },
      changes: { scope: 'all', comment: false, force: [] },
      ...{ skipUnchanged: false, byDigest: false, tags: [], mirrors: [], refresh: [], backoff: true },
      additions: { labels: {}, annotations: [], attests: ['type=provenance,disabled=true', 'type=sbom,disabled=true'] },
      schedule: {
        ...{ maxLegs: 256, maxParallel: 20, maxLegMinutes: 300, maxLegGib: 14 },
        ...{ waves: 'auto', repeat: 'cheap', shards: 1 },
      },
    })
  })

  test('build what is safe', () => {
    expect(buildInputs({})).toEqual({
      ...planInputs({}),
      ...{
        push: false,
        load: false,
        cache: true,
        keepMounts: false,
        cacheWrites: true,
        pinned: false,
        cacheFrom: [],
        cacheTo: [],
        tags: [],
        secrets: [],
        dryRun: false,
      },
      ...{ builder: readBuilderInputs(reader({}), {}), freeDisk: false, records: { keep: 'registry' } },
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
    { given: { costs: 'a/results.json, b/*.json\nc' }, expected: { costs: ['a/results.json', 'b/*.json', 'c'] } },
    { given: { 'max-legs': '1' }, expected: { schedule: { maxLegs: 1 } } },
    { given: { 'max-legs': '256' }, expected: { schedule: { maxLegs: 256 } } },
    { given: { 'max-legs': '7.9' }, expected: { schedule: { maxLegs: 7 } } },
    { given: { 'max-parallel': '1000' }, expected: { schedule: { maxParallel: 1000 } } },
    { given: { 'max-leg-minutes': '1.5' }, expected: { schedule: { maxLegMinutes: 1.5 } } },
    { given: { 'max-leg-gib': '72.25' }, expected: { schedule: { maxLegGib: 72.25 } } },
    { given: { shards: '8' }, expected: { schedule: { shards: 8 } } },
    { given: { waves: 'auto' }, expected: { schedule: { waves: 'auto' } } },
    { given: { waves: '0' }, expected: { schedule: { waves: 0 } } },
    { given: { waves: '3' }, expected: { schedule: { waves: 3 } } },
    { given: { repeat: 'never' }, expected: { schedule: { repeat: 'never' } } },
    { given: { repeat: 'free' }, expected: { schedule: { repeat: 'free' } } },
    { given: { repeat: 'cheap' }, expected: { schedule: { repeat: 'cheap' } } },
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
    { given: { 'max-legs': '0' }, message: 'input max-legs is "0"; expected a number from 1 to 256' },
    { given: { 'max-legs': '257' }, message: 'input max-legs is "257"; expected a number from 1 to 256' },
    { given: { 'max-legs': 'many' }, message: 'input max-legs is "many"; expected a number from 1 to 256' },
    { given: { 'max-legs': '-1' }, message: 'input max-legs is "-1"; expected a number from 1 to 256' },
    { given: { 'max-legs': '1e2' }, message: 'input max-legs is "1e2"; expected a number from 1 to 256' },
    { given: { 'max-legs': '.' }, message: 'input max-legs is "."; expected a number from 1 to 256' },
    { given: { 'max-parallel': '1001' }, message: 'input max-parallel is "1001"; expected a number from 1 to 1000' },
    { given: { 'max-leg-minutes': '5h' }, message: 'input max-leg-minutes is "5h"; expected a number from 1 to 7200' },
    { given: { 'max-leg-gib': '0.5' }, message: 'input max-leg-gib is "0.5"; expected a number from 1 to 100000' },
    { given: { shards: '9' }, message: 'input shards is "9"; expected a number from 1 to 8' },
    { given: { waves: '4' }, message: 'input waves is "4"; expected auto, 0, 1, 2, 3' },
    { given: { waves: 'atuo' }, message: 'input waves is "atuo"; expected auto, 0, 1, 2, 3; did you mean "auto"?' },
    {
      given: { repeat: 'nevr' },
      message: 'input repeat is "nevr"; expected cheap, never, free; did you mean "never"?',
    },
  ])('refuses $given', ({ given, message }) => {
    expect(() => planInputs(given)).toThrow(message)
  })
})

describe('build', () => {
  test.each<{ given: Given; expected: object }>([
    { given: { push: 'TRUE', load: 'false', cache: 'False' }, expected: { push: true, load: false, cache: false } },
    { given: { cache: 'read' }, expected: { cache: true, cacheWrites: false, pinned: false } },
    { given: { cache: 'Pinned' }, expected: { cache: true, cacheWrites: false, pinned: true } },
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
      expected: { leg: '{"id":"a"}', planPath: 'p.json', builder: { name: 'b' } },
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
    expect(() => buildInputs({ load: 'yes' })).toThrow('input load is "yes"; expected true or false')
    expect(() => buildInputs({ push: 'yes' })).toThrow('input push is "yes"; expected false, true, digest')
  })

  test('leaves tags to publish with a push by digest', () => {
    expect(buildInputs({ push: 'digest' })).toMatchObject({ push: true, byDigest: true })
    expect(buildInputs({ push: 'true' })).toMatchObject({ push: true, byDigest: false })
  })

  test('does not show a secret that has no name', () => {
    const message = 'a line of input secrets has no =; expected key=value on each line'
    expect(() => buildInputs({ secrets: 'token=x\ns3cret' })).toThrow(message)
  })
})
