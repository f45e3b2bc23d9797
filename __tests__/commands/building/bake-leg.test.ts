import { describe, expect, test } from '@jest/globals'
import { bakeLeg, bakeOnce, readMetadata, type LegTargets } from '../../../src/commands/building/bake-leg.ts'
import type { Io } from '../../../src/io/io.ts'
import { RegistryError } from '../../../src/io/registry/registry-error.ts'
import { OCI_INDEX, OCI_MANIFEST } from '../../../src/oci/media-types.ts'
import { parseOciManifest } from '../../../src/oci/oci-manifest.ts'
import { formatReference } from '../../../src/oci/reference.ts'
import { CanceledError } from '../../../src/problem.ts'
import type { CollectorTarget } from '../../../src/render/bake.ts'
import type { RenderItem } from '../../../src/render/leg.ts'
import { outcomes, recording } from '../../progress/fixture.ts'
import { legBuild, legItem, legTarget, playedIo, targetsOf } from '../../support/leg.ts'

/** What the recording `failing` was made of; see the README beside it. */
const script = (word: string, rest: string): string =>
  `for i in 1 2 3; do echo "step $i"; done; echo "::error::not a command"; echo "cannot find ${word} with $TOKEN" >&2; ${rest}`

const failingItem = (id: string, core: string, app: string): RenderItem => {
  const word = /cannot find (\w+)/.exec(core)?.[1] ?? ''
  return legItem(id, [
    { layer: 'security', text: 'RUN echo security-f1 > /security\n' },
    { layer: 'core', text: `ARG TOKEN=plain\nRUN ${core}\nRUN echo after-f1-${word}\n` },
    { layer: 'app', text: `RUN echo ${app}-f1 > /app\n` },
  ])
}

const BROKEN = `sleep 1; ${script('broken', 'exit 3')}`
const ITEMS = [
  failingItem('serve', BROKEN, 'serve'),
  failingItem('batch', BROKEN, 'batch'),
  failingItem('slow', `sleep 1; ${script('slow', 'sleep 30')}`, 'serve'),
  failingItem('quick', script('quick', 'true'), 'serve'),
]
const FAILING = ITEMS.map((item, index) => legTarget(`t${index}`, item))

const FAILS = { code: 1, stream: recording('failing') }
const GOES_ON = { stream: recording('failing-repeated'), metadata: { t2: { 'containerimage.digest': 'sha256:2' } } }

describe('bakeOnce', () => {
  test('builds all targets in one call, with what it is granted and its secrets in the environment', async () => {
    const { io, calls } = playedIo([GOES_ON])
    const leg = legBuild(FAILING, { allow: ['fs.read=/tmp/leg', 'network.host'], env: { STRATA_SECRET_0: 's3cret' } })
    const { code, metadata } = await bakeOnce(leg, 'docker-bake', io)
    expect({ code, metadata }).toEqual({ code: 0, metadata: GOES_ON.metadata })
    expect(calls).toEqual([
      {
        args: [
          ...['buildx', 'bake', '--builder', 'strata', '--file', '/tmp/leg/docker-bake.json', '--progress=rawjson'],
          ...['--metadata-file', '/tmp/leg/docker-bake.metadata.json'],
          ...['--allow=fs.read=/tmp/leg', '--allow=network.host'],
        ],
        env: { STRATA_SECRET_0: 's3cret', BUILDX_METADATA_PROVENANCE: 'disabled', BUILDX_METADATA_WARNINGS: '0' },
        file: expect.stringContaining('"t3"'),
      },
    ])
    expect(calls.map(targetsOf)).toEqual([['t0', 't1', 't2', 't3']])
  })

  test('leaves provenance out of the metadata, unless it is asked for', async () => {
    const { io, calls } = playedIo([GOES_ON])
    await bakeOnce(legBuild(FAILING, { env: { BUILDX_METADATA_PROVENANCE: 'max' } }), 'docker-bake', io)
    expect(calls[0]?.env).toMatchObject({ BUILDX_METADATA_PROVENANCE: 'max' })
  })

  test('ends when the run is stopped', async () => {
    const { io } = playedIo([{ code: 1 }])
    const leg = legBuild(FAILING, { signal: AbortSignal.abort('SIGINT') })
    await expect(bakeOnce(leg, 'docker-bake', io)).rejects.toThrow(new CanceledError('stopped by SIGINT'))
  })

  test('says in the log what happens, by the titles of targets', async () => {
    const { io, told } = playedIo([FAILS])
    await bakeOnce(legBuild(FAILING), 'docker-bake', io)
    expect(told.infos.some((line) => line.includes('amd64 t0'))).toBe(true)
  })
})

describe('readMetadata', () => {
  test('is nothing where the build failed, and Buildx wrote none', async () => {
    const { io, texts } = playedIo([])
    await expect(readMetadata('/tmp/none.json', io)).resolves.toEqual({})
    texts.set('/tmp/some.json', '{"t0":{"a":1}}')
    await expect(readMetadata('/tmp/some.json', io)).resolves.toEqual({ t0: { a: 1 } })
  })
})

describe('bakeLeg, when a step fails', () => {
  test('bakes again without the targets that cannot be built, until the rest is', async () => {
    const { io, calls, told } = playedIo([FAILS, GOES_ON])
    const outcome = await bakeLeg(legBuild(FAILING), io)
    expect(calls.map(targetsOf)).toEqual([
      ['t0', 't1', 't2', 't3'],
      ['t2', 't3'],
    ])
    expect(calls.map(({ args }) => args[args.indexOf('--file') + 1])).toEqual([
      '/tmp/leg/docker-bake.json',
      '/tmp/leg/docker-bake.2.json',
    ])
    expect(outcome.metadata).toEqual(GOES_ON.metadata)
    expect([...outcome.failed].map(([name, { step, exitCode }]) => [name, step?.stage, exitCode])).toEqual([
      ['t0', 'core', 3],
      ['t1', 'core', 3],
    ])
    expect(outcome.broken.size).toBe(0)
    expect(outcomes(outcome.result)).toEqual([
      't0: run failed skipped skipped',
      't1: run failed skipped skipped',
      't2: run run run run',
      't3: run run run run',
    ])
    expect(told.infos.at(-1)).not.toMatch(/Baking again/)
    expect(told.infos.filter((line) => line.startsWith('Baking again'))).toEqual([
      'Baking again without 2 of 4 work items',
    ])
  })

  test('takes with it the targets of prefixes that hold the step, and counts work items alone', async () => {
    const { io, calls, told } = playedIo([FAILS, GOES_ON])
    const [first] = ITEMS
    const prefix = first === undefined ? [] : [{ ...legTarget('p0', first), isItem: false }]
    const outcome = await bakeLeg(legBuild([...FAILING, ...prefix]), io)
    expect(calls.map(targetsOf)).toEqual([
      ['t0', 't1', 't2', 't3', 'p0'],
      ['t2', 't3'],
    ])
    expect([...outcome.failed.keys()]).toEqual(expect.arrayContaining(['t0', 't1', 'p0']))
    expect(told.infos).toContain('Baking again without 2 of 4 work items')
  })

  test('leaves dropped targets out of collectors, and drops those that have none left', async () => {
    const { io, calls } = playedIo([FAILS, GOES_ON])
    const collector = (name: string, leaves: readonly string[]): CollectorTarget => {
      return { name, platform: 'linux/amd64', leaves, cacheFrom: [], cacheTo: [], refs: ['a/b:c'] }
    }
    const collectors = [collector('collect-a', ['t0', 't1']), collector('collect-b', ['t1', 't2', 't3'])]
    await bakeLeg(legBuild(FAILING, { collectors }), io)
    expect(calls.map(targetsOf)).toEqual([
      ['t0', 't1', 't2', 't3', 'collect-a', 'collect-b'],
      ['t2', 't3', 'collect-b'],
    ])
    expect(JSON.parse(calls[1]?.file ?? '')).toHaveProperty('target.collect-b.contexts', {
      t2: 'target:t2',
      t3: 'target:t3',
    })
  })

  test('tries once more what BuildKit lost a snapshot of', async () => {
    const error =
      'failed to commit a to b during finalize: failed to stat active key during commit: snapshot a does not exist: not found'
    const loses = { code: 1, stream: Buffer.from(`ERROR: target t0: failed to solve: ${error}\n`) }
    const { io, told, calls } = playedIo([loses, GOES_ON])
    const { failed } = await bakeLeg(legBuild(FAILING.slice(0, 2)), io)
    expect(calls.map(targetsOf)).toEqual([
      ['t0', 't1'],
      ['t0', 't1'],
    ])
    expect(failed.size).toBe(0)
    expect(told.infos.join('\n')).toContain('Baking again without 0 of 2 work items, as BuildKit lost a snapshot')

    const twice = playedIo([loses, loses, GOES_ON])
    expect([...(await bakeLeg(legBuild(FAILING.slice(0, 2)), twice.io)).failed.keys()]).toEqual(['t0'])
  })

  test('gives up when nothing is left', async () => {
    const { io, calls } = playedIo([FAILS])
    const outcome = await bakeLeg(legBuild(FAILING.slice(0, 2)), io)
    expect(calls).toHaveLength(1)
    expect(outcome.metadata).toEqual({})
    expect([...outcome.failed.keys()]).toEqual(['t0', 't1'])
  })

  test.each([
    ['Buildx says nothing', Buffer.alloc(0), 'docker buildx bake failed'],
    ['Buildx says why', Buffer.from('ERROR: failed to connect\n'), 'failed to connect'],
  ])('fails all when no target is to blame: %s', async (_, stream, error) => {
    const { io, calls } = playedIo([{ code: 1, stream }])
    const { failed } = await bakeLeg(legBuild(FAILING), io)
    expect(calls).toHaveLength(1)
    expect([...failed].map(([name, failure]) => [name, failure.error])).toEqual(
      ['t0', 't1', 't2', 't3'].map((name) => [name, error]),
    )
  })
})

describe('bakeLeg, when a cache ref is broken', () => {
  const BLOB = 'sha256:9da0c6fd6fdaa635b8892ee5751d728249d860e44fc720183676bded8ac51ffa'
  const OTHER = `sha256:${'a'.repeat(64)}`
  const LOST = { code: 1, stream: recording('broken-cache') }
  const REPOSITORY = '127.0.0.1:5000/progress'
  const REFS = ['broken', 'whole', 'index'].map((name) => `${REPOSITORY}/${name}:core`)
  const ITEM = (app: string): RenderItem =>
    legItem(app, [
      { layer: 'core', text: 'RUN echo core-b1 > /core\nRUN echo more-b1 > /more\n' },
      { layer: 'app', text: `RUN echo ${app}-b1 > /app\n` },
    ])

  /** The two targets, which import these refs, and something of the user's. */
  const targetsWith = (refs: readonly string[]): LegTargets => ({
    targets: ['app2', 'app3'].map((app, index) =>
      legTarget(`t${index}`, ITEM(app), {
        cacheFrom: [...refs.map((ref) => `type=registry,ref=${ref}`), 'type=gha'],
      }),
    ),
    collectors: [],
  })

  const descriptor = (digest: string) => ({ mediaType: 'application/octet-stream', digest, size: 1 })
  const manifest = (...layers: readonly string[]): object => ({
    ...{ schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor(OTHER), layers: layers.map(descriptor) },
  })
  const index = (...manifests: readonly string[]): object => ({
    ...{ schemaVersion: 2, mediaType: OCI_INDEX, manifests: manifests.map(descriptor) },
  })

  /** Bakes with a registry of these documents by reference, where those that are missing cannot be read. */
  const bake = async (documents: Readonly<Record<string, object>>, lost: number, heals = true) => {
    const world = playedIo([...Array.from({ length: lost }, () => LOST), ...(heals ? [{ metadata: {} }] : [])])
    const getManifest: Io['registry']['getManifest'] = (reference) => {
      const document = documents[formatReference(reference)]
      if (document === undefined) return Promise.reject(new RegistryError('no', { registry: reference.registry }))
      const bytes = Buffer.from(JSON.stringify(document))
      const parsed = parseOciManifest(bytes.toString(), undefined)
      return Promise.resolve({
        descriptor: { digest: OTHER, mediaType: parsed.mediaType, size: bytes.length },
        ...{ manifest: parsed, bytes },
      })
    }
    const io = { ...world.io, registry: { ...world.io.registry, getManifest } }
    const leg = legBuild(targetsWith(REFS).targets, {
      withoutRefs: (broken) => targetsWith(REFS.filter((ref) => !broken.has(ref))),
    })
    const outcome = await bakeLeg(leg, io)
    const imports = world.calls.map(({ file }) => REFS.filter((ref) => file.includes(`ref=${ref}"`)))
    return { ...world, outcome, imports }
  }

  test.each<[string, Readonly<Record<string, object>>, readonly string[]]>([
    [
      'that lists it',
      { [REFS[0] ?? '']: manifest(OTHER, BLOB), [REFS[1] ?? '']: manifest(OTHER), [REFS[2] ?? '']: index(OTHER) },
      REFS.slice(0, 1),
    ],
    [
      'that lists it as an index does, or whose config it is',
      {
        [REFS[0] ?? '']: manifest(OTHER),
        [REFS[1] ?? '']: { ...manifest(OTHER), config: descriptor(BLOB) },
        [REFS[2] ?? '']: index(OTHER, BLOB),
      },
      REFS.slice(1),
    ],
    ['of all, when none is known to list it', { [REFS[0] ?? '']: manifest(OTHER) }, REFS],
  ])('bakes again without the ref %s', async (_, documents, broken) => {
    const { outcome, imports, told } = await bake(documents, 1)
    expect([...outcome.broken]).toEqual(broken)
    expect(imports).toEqual([REFS, REFS.filter((ref) => !broken.includes(ref))])
    expect(outcome.failed.size).toBe(0)
    const more = broken.length === 1 ? '' : ` and ${broken.length - 1} more`
    expect(told.warnings).toEqual([
      `cache ref ${broken[0] ?? ''}${more} lists ${BLOB}, which its registry has lost; ` +
        'building without, and writing again what this run may write',
    ])
  })

  test('the second time leaves out whatever else is imported', async () => {
    const { outcome, imports } = await bake({ [REFS[0] ?? '']: manifest(BLOB) }, 2)
    expect(imports).toEqual([REFS, REFS.slice(1), []])
    expect([...outcome.broken]).toEqual(REFS)
    expect(outcome.failed.size).toBe(0)
  })

  const OWN = 'type=registry,ref=ghcr.io/acme/of-the-user:main'

  /** A leg that imports something of the user's, whose blob is lost so often. `keeps`: no rendering leaves it out. */
  const bakeOwn = async (lost: number, keeps = false) => {
    const world = playedIo([...Array.from({ length: lost }, () => LOST), ...(keeps ? [] : [{ metadata: {} }])])
    const sources = new Map<string, string>()
    const targets = (cacheFrom: readonly string[]) => [legTarget('t0', ITEM('app2'), { cacheFrom })]
    const leg = legBuild(targets([OWN]), {
      sources,
      withoutRefs: (broken) => {
        return { targets: targets(keeps || !broken.has(OWN) ? [OWN] : []), collectors: [], sources }
      },
    })
    const outcome = await bakeLeg(leg, world.io)
    return { ...world, outcome, imports: world.calls.map(({ file }) => file.includes('of-the-user')) }
  }

  test('leaves out a source of the user whose blob is gone', async () => {
    const { outcome, imports } = await bakeOwn(1)
    expect(imports).toEqual([true, false])
    expect([...outcome.broken]).toEqual([OWN])
    expect(outcome.failed.size).toBe(0)
  })

  test('ends, when a source of the user cannot be left out', async () => {
    const { outcome, calls } = await bakeOwn(2, true)
    expect(calls).toHaveLength(2)
    expect([...outcome.failed.keys()]).toEqual(['t0'])
  })

  test('ends, when it goes wrong without any ref', async () => {
    const { outcome, calls } = await bake({}, 2, false)
    expect(calls).toHaveLength(2)
    expect([...outcome.failed.keys()]).toEqual(['t0', 't1'])
    expect([...outcome.broken]).toEqual(REFS)
  })
})
