import { describe, expect, test } from '@jest/globals'
import { readBuilderInputs } from '../../../src/commands/builder-inputs.ts'
import { wantedBuilder } from '../../../src/commands/wanted-builder.ts'
import { openBuilder } from '../../../src/commands/building/builder.ts'
import { cleanUp } from '../../../src/commands/clean-up.ts'
import type { Engine } from '../../../src/io/engine.ts'
import type { Io } from '../../../src/io/io.ts'
import type { Builder } from '../../../src/plan/builder-platforms.ts'
import { SetupError } from '../../../src/problem.ts'
import { builder, engineBuilder, node } from '../../support/builders.ts'
import { literalContext } from '../../support/context.ts'
import { literalIo, type Told } from '../../support/io.ts'

type Given = Readonly<Record<string, string>>

const ENGINE: Engine = { version: '28.0.4', platform: 'linux/amd64', containerdStore: true, cpus: 4 }
const PEM = '-----BEGIN X-----\nAA==\n-----END X-----'

type World = {
  readonly io: Io
  readonly told: Told
  /** What happened, in order. */
  readonly did: string[]
  readonly texts: Map<string, string>
}

/** A world in which creating a builder makes it appear, as `made` describes it. */
const world = (
  listed: readonly Builder[],
  given: {
    readonly made?: Builder
    readonly engine?: Engine
    readonly failure?: string
    readonly pulls?: boolean
  } = {},
): World => {
  const did: string[] = []
  const texts = new Map<string, string>()
  const all = new Map(listed.map((each) => [each.name, each]))
  const { io, told } = literalIo(texts)
  const { made, engine, failure, pulls = false } = given
  return {
    ...{ told, did, texts },
    io: {
      ...io,
      actions: {
        ...io.actions,
        mask: () => void did.push('mask'),
        saveState: (name, text) => void did.push(`save ${name} ${text}`),
      },
      files: {
        ...io.files,
        writeSecret: (path, text) => Promise.resolve(void texts.set(path, text)),
        removeFolder: (path) => Promise.resolve(void did.push(`remove folder ${path}`)),
      },
      docker: {
        ...io.docker,
        run: (args) => {
          did.push(args.join(' '))
          return Promise.resolve(pulls ? 0 : 1)
        },
      },
      builders: {
        engine: () => (engine === undefined ? Promise.reject(new SetupError('no engine')) : Promise.resolve(engine)),
        buildxVersion: () => Promise.resolve('0.36.1'),
        uniqueName: () => 'strata-new',
        list: () => Promise.resolve([...all.values()]),
        create: (name, commands) => {
          did.push(...commands.map((args) => args.slice(2).join(' ')), `start ${name}`)
          if (failure === undefined) all.set(name, { ...(made ?? builder(name)), name })
          return Promise.resolve(failure)
        },
        remove: (name, { keepState }) =>
          Promise.resolve(void did.push(`rm ${name}${keepState ? ' but its state' : ''}`)),
      },
    },
  }
}

const open = async ({ io }: World, inputs: Given = {}, platforms: readonly string[] = ['linux/amd64']) => {
  const read = wantedBuilder(
    readBuilderInputs((name) => inputs[name] ?? '', {}),
    {},
    {},
  )
  return openBuilder(
    { platforms, registryCache: true, pools: new Map() },
    read,
    literalContext({ RUNNER_NAME: 'r' }),
    io,
  )
}

const SAVED = 'save left-builder {"name":"strata-new","keepState":false,"folder":"/tmp/builder"}'
const CREATE = `--name strata-new --driver docker-container --driver-opt image=moby/buildkit:v1 --driver-opt network=host --buildkitd-flags --allow-insecure-entitlement network.host --buildkitd-config /tmp/builder/buildkitd.toml`
const OWN = { driver: 'docker-container', 'buildkit-image': 'moby/buildkit:v1' }

describe('a builder that is there', () => {
  test('is used as it is, and nothing is made, saved or removed', async () => {
    const here = world([engineBuilder()], { engine: ENGINE })
    {
      await using opened = await open(here)
      expect(opened).toMatchObject({ buildx: '0.36.1', builder: { name: 'default' } })
    }
    expect(here.did).toEqual([])
    expect(here.told.infos).toEqual(['Builder default (docker): the current builder'])
  })

  test('needs no engine when it has one of its own', async () => {
    const far = builder('far', { driver: 'remote', current: true })
    await using opened = await open(world([far]))
    expect(opened.builder).toBe(far)
  })

  test('is started when it is not running, to know what it can', async () => {
    const stopped = builder('mine', { nodes: [node({ platforms: [] })] })
    const here = world([engineBuilder(), stopped], { engine: ENGINE, made: builder('mine') })
    await using opened = await open(here, { builder: 'mine' })
    expect(here.did).toEqual(['start mine'])
    expect(opened.builder.nodes[0]?.platforms).toContain('linux/amd64')
  })

  test('is left alone when another is asked for', async () => {
    const stopped = builder('mine', { current: true, nodes: [node({ platforms: [] })] })
    const here = world([stopped], { engine: ENGINE })
    await (await open(here, OWN))[Symbol.asyncDispose]()
    expect(here.did).not.toContain('start mine')
  })

  test('is refused when it does not start', async () => {
    const stopped = builder('mine', { nodes: [node({ platforms: [] })] })
    const here = world([stopped], { engine: ENGINE, failure: 'no space' })
    await expect(open(here, { builder: 'mine' })).rejects.toThrow(
      'builder mine cannot be reached: no space; name another',
    )
  })

  test('is not looked for where the engine does not answer', async () => {
    await expect(open(world([]), { builder: 'default' })).rejects.toThrow('no engine')
    await expect(open(world([]))).rejects.toThrow('no engine')
  })
})

describe('a builder of the action’s own', () => {
  test('needs no engine here when it runs elsewhere', async () => {
    const here = world([], { made: builder('x', { nodes: [node({ endpoint: 'ssh://big' })] }) })
    await using opened = await open(here, { ...OWN, endpoint: 'ssh://big' })
    expect(opened.builder.name).toBe('strata-new')
    expect(here.texts.size).toBe(0)
  })

  test('is known to the post step before it is made, and forgotten when it is gone', async () => {
    const here = world([engineBuilder()], { engine: ENGINE })
    {
      await using opened = await open(here, OWN)
      expect(opened.builder.name).toBe('strata-new')
      expect(here.did).toEqual([SAVED, CREATE, 'start strata-new'])
    }
    expect(here.did.slice(3)).toEqual(['rm strata-new', 'remove folder /tmp/builder', 'save left-builder '])
    expect(here.texts.get('/tmp/builder/buildkitd.toml')).toBe('[worker.oci]\n  max-parallelism = 4\n')
    expect(here.told.infos).toEqual([
      'Starting a docker-container builder: inputs driver, buildkit-image',
      'Builder strata-new (docker-container): inputs driver, buildkit-image',
    ])
  })

  test('is gone when it does not start, and when it cannot do what it is for', async () => {
    const failing = world([], { engine: ENGINE, failure: 'denied' })
    const message = 'a docker-container builder could not be started (denied); can moby/buildkit:v1 be pulled here?'
    await expect(open(failing, OWN)).rejects.toThrow(message)
    expect(failing.did.slice(-3)).toEqual(['rm strata-new', 'remove folder /tmp/builder', 'save left-builder '])
    const remote = { driver: 'remote', endpoint: 'tcp://a:1' }
    const unable = world([], { made: builder('x', { driver: 'remote' }) })
    await expect(open(unable, remote, ['linux/arm64'])).rejects.toThrow(
      'the new remote builder cannot build linux/arm64, only linux/amd64, linux/amd64/v2, linux/386',
    )
    expect(unable.did).toContain('rm strata-new')
  })

  test('stays when it is to be kept, and is found again', async () => {
    const inputs = { ...OWN, 'keep-builder': 'true' }
    const here = world([], { engine: ENGINE })
    const first = await open(here, inputs)
    await first[Symbol.asyncDispose]()
    expect(here.did.filter((what) => /^(?:rm|save)/.test(what))).toEqual([])
    await using second = await open(here, inputs)
    expect(second.builder.name).toBe(first.builder.name)
    expect(here.told.infos.at(-1)).toMatch(/: kept by an earlier run with the same settings$/)
  })

  test('goes without its cache when that is to be kept', async () => {
    const here = world([], { engine: ENGINE })
    await (await open(here, { ...OWN, 'keep-state': 'true' }))[Symbol.asyncDispose]()
    expect(here.did).toContainEqual(expect.stringMatching(/^rm strata-[0-9a-f]{12} but its state$/))
  })

  test('is of the first mirror that has its image', async () => {
    const mirrors = { ...OWN, 'registry-mirrors': 'm.example\nn.example' }
    const pulling = world([], { engine: ENGINE, pulls: true })
    await (await open(pulling, mirrors))[Symbol.asyncDispose]()
    expect(pulling.did[1]).toBe('pull --quiet m.example/moby/buildkit:v1')
    expect(pulling.did[2]).toContain('--driver-opt image=m.example/moby/buildkit:v1 ')
    const without = world([], { engine: ENGINE })
    await (await open(without, mirrors))[Symbol.asyncDispose]()
    expect(without.did.slice(1, 3)).toEqual(['m.example', 'n.example'].map((m) => `pull --quiet ${m}/moby/buildkit:v1`))
    expect(without.did[3]).toContain('--driver-opt image=moby/buildkit:v1 ')
  })

  test('gets TLS material as files, and its key is masked', async () => {
    const here = world([], { made: builder('x', { driver: 'remote' }) })
    const tls = { 'tls-ca': PEM, 'tls-cert': PEM, 'tls-key': PEM }
    await (await open(here, { driver: 'remote', endpoint: 'tcp://a:1', ...tls }))[Symbol.asyncDispose]()
    expect([...here.texts.keys()]).toEqual(['ca', 'cert', 'key'].map((part) => `/tmp/builder/node-0-${part}.pem`))
    expect(here.did.filter((what) => what === 'mask')).toHaveLength(1)
    expect(here.did).toContain(
      '--name strata-new --driver remote --driver-opt cacert=/tmp/builder/node-0-ca.pem --driver-opt cert=/tmp/builder/node-0-cert.pem --driver-opt key=/tmp/builder/node-0-key.pem tcp://a:1',
    )
  })

  test('reads its config from the file that is named', async () => {
    const here = world([], { engine: ENGINE })
    here.texts.set('ci/buildkitd.toml', 'debug = true')
    await (
      await open(here, { ...OWN, 'buildkitd-config': 'ci/buildkitd.toml', 'max-parallelism': '2' })
    )[Symbol.asyncDispose]()
    expect(here.texts.get('/tmp/builder/buildkitd.toml')).toBe('debug = true\n\n[worker.oci]\n  max-parallelism = 2\n')
    await expect(open(world([], { engine: ENGINE }), { 'buildkitd-config': 'none.toml' })).rejects.toThrow(
      'input buildkitd-config names none.toml, and there is no such file',
    )
  })
})

describe('the post step', () => {
  const clean = async (state: string, listed: readonly Builder[]): Promise<readonly string[]> => {
    const here = world(listed)
    await cleanUp({ ...here.io, actions: { ...here.io.actions, state: () => state } })
    return here.did
  }
  const left = '{"name":"strata-new","keepState":true,"folder":"/tmp/builder"}'

  test('removes what a killed run left', async () => {
    expect(await clean(left, [builder('strata-new')])).toEqual([
      'remove folder /tmp/builder',
      'rm strata-new but its state',
    ])
  })

  test('removes nothing that is not there, and does nothing without a name', async () => {
    expect(await clean(left, [builder('mine')])).toEqual(['remove folder /tmp/builder'])
    expect(await clean('', [builder('strata-new')])).toEqual([])
  })
})
