import { describe, expect, test } from '@jest/globals'
import { parseBuilder } from '../../src/io/builders.ts'
import { chooseBuilder, type BuilderWishes } from '../../src/plan/builder.ts'
import { builder, engineBuilder, node } from '../support/builders.ts'

const wishes = (changes: Partial<BuilderWishes> = {}): BuilderWishes => ({
  own: [],
  platforms: ['linux/amd64'],
  registryCache: true,
  containerdStore: true,
  mayInstall: true,
  ...changes,
})

const ARM = ['linux/amd64', 'linux/arm64']
const ENGINE = engineBuilder()
const CONTAINER = builder('mine', { current: true })
const REMOTE = builder('far', { driver: 'remote', nodes: [node({ endpoint: 'tcp://far:1234' })] })
const BARE = builder('bare', { nodes: [node({ image: 'ghcr.io/acme/buildkit:1' })] })
const TWO = builder('two', {
  driver: 'remote',
  nodes: [node(), node({ name: 'arm', platforms: ['linux/arm64', 'linux/arm/v7'] })],
})

describe('the order of precedence', () => {
  const kept = builder('strata-1')
  const all = [ENGINE, builder('named'), kept]
  const everything = wishes({
    name: 'named',
    engineOnly: { name: 'driver' },
    kept: 'strata-1',
    own: [{ name: 'nodes' }],
  })

  test.each<{ what: string; given: BuilderWishes; choice: object }>([
    { what: 'a name', given: everything, choice: { builder: builder('named'), reason: 'named by input builder' } },
    {
      what: 'then the engine, where the driver docker is asked for',
      given: wishes({ ...everything, name: undefined as never }),
      choice: { builder: ENGINE, reason: 'input driver is docker' },
    },
    {
      what: 'then what an earlier run kept',
      given: wishes({ kept: 'strata-1', own: [{ name: 'nodes' }] }),
      choice: { builder: kept, reason: 'kept by an earlier run with the same settings' },
    },
    {
      what: 'then settings that want a builder of their own',
      given: wishes({ own: [{ name: 'driver' }, { name: 'nodes' }] }),
      choice: { kind: 'create', reason: 'inputs driver, nodes' },
    },
    {
      what: 'of a pool as well as of inputs',
      given: wishes({
        own: [{ name: 'driver', pool: 'linux/arm64' }, { name: 'endpoint', pool: 'linux/arm64' }, { name: 'tls-ca' }],
      }),
      choice: { kind: 'create', reason: 'driver, endpoint of pool linux/arm64, and input tls-ca' },
    },
    { what: 'then the current one', given: wishes(), choice: { builder: ENGINE, reason: 'the current builder' } },
  ])('$what', ({ given, choice }) => {
    expect(chooseBuilder(all, given)).toMatchObject(choice)
  })
})

describe('the current builder is used', () => {
  test.each([
    { what: 'where it does', builders: [builder('other'), CONTAINER], given: wishes(), used: CONTAINER },
    { what: 'if it is the engine with containerd', builders: [ENGINE], given: wishes(), used: ENGINE },
    {
      what: 'if it is the engine without containerd and no registry cache is asked for',
      builders: [ENGINE],
      given: wishes({ containerdStore: false, registryCache: false }),
      used: ENGINE,
    },
    {
      what: 'with the emulators that its image brings',
      builders: [CONTAINER],
      given: wishes({ platforms: ARM, mayInstall: false }),
      used: CONTAINER,
    },
    {
      what: "with a handler of the kernel, which the engine's list shows",
      builders: [engineBuilder('linux/arm64')],
      given: wishes({ platforms: ARM, mayInstall: false }),
      used: engineBuilder('linux/arm64'),
    },
    {
      what: 'with a node for each platform',
      builders: [{ ...TWO, current: true }],
      given: wishes({ platforms: ARM }),
      used: { ...TWO, current: true },
    },
  ])('$what', ({ builders, given, used }) => {
    expect(chooseBuilder(builders, given)).toEqual({ kind: 'use', builder: used, reason: 'the current builder' })
  })
})

describe('a builder is made', () => {
  test.each([
    { why: 'there is no current builder', builders: [builder('other')], given: wishes() },
    { why: 'input nodes', builders: [CONTAINER], given: wishes({ own: [{ name: 'nodes' }] }) },
    {
      why: 'the current builder default cannot export registry cache: its Docker engine does not use the containerd image store',
      builders: [ENGINE],
      given: wishes({ containerdStore: false }),
    },
    {
      // Rather than install an emulator for it: a new one brings its own.
      why: 'the current builder default cannot build linux/arm64, only linux/amd64, linux/386',
      builders: [ENGINE],
      given: wishes({ platforms: ARM }),
    },
    {
      why: 'the current builder far cannot build linux/arm64, only linux/amd64, linux/amd64/v2, linux/386',
      builders: [{ ...REMOTE, current: true }],
      given: wishes({ platforms: ARM }),
    },
    {
      why: 'the current builder mine cannot be reached: no route to host',
      builders: [{ ...CONTAINER, error: 'no route to host' }],
      given: wishes(),
    },
  ])('$why', ({ why, builders, given }) => {
    expect(chooseBuilder(builders, given)).toEqual({ kind: 'create', reason: why })
  })
})

describe('a builder that is asked for', () => {
  test.each([
    { what: 'whichever is current', used: builder('other'), given: wishes({ name: 'other' }) },
    { what: 'with an emulator to be installed', used: ENGINE, given: wishes({ name: 'default', platforms: ARM }) },
    { what: 'with one in a bare image', used: BARE, given: wishes({ name: 'bare', platforms: ARM }) },
  ])('is used $what', ({ used, given }) => {
    expect(chooseBuilder([CONTAINER, used], given)).toMatchObject({ kind: 'use', builder: used })
  })

  const LISTED = 'linux/amd64, linux/amd64/v2, linux/386'
  test.each([
    {
      what: 'a name that nobody has',
      builders: [CONTAINER, ENGINE],
      given: wishes({ name: 'nobody' }),
      message: 'there is no builder nobody; docker buildx ls has mine, default',
    },
    {
      what: 'any name where there is no builder',
      builders: [],
      given: wishes({ name: 'nobody' }),
      message: 'there is no builder nobody; docker buildx ls has none',
    },
    {
      what: 'the engine without emulators, where none may be installed',
      builders: [CONTAINER, ENGINE],
      given: wishes({ name: 'default', platforms: ARM, mayInstall: false }),
      message:
        'builder default cannot build linux/arm64, only linux/amd64, linux/386; name another one, or leave input builder out',
    },
    {
      what: 'a remote BuildKit, of which only its list is known',
      builders: [REMOTE],
      given: wishes({ name: 'far', platforms: ['linux/arm64', 'linux/riscv64'] }),
      message: `builder far cannot build linux/arm64, linux/riscv64, only ${LISTED}; name another one, or leave input builder out`,
    },
    {
      what: 'an image without emulators on another machine',
      builders: [builder('away', { nodes: [node({ endpoint: 'ssh://root@away', image: 'acme/buildkit' })] })],
      given: wishes({ name: 'away', platforms: ARM }),
      message: `builder away cannot build linux/arm64, only ${LISTED}; name another one, or leave input builder out`,
    },
    {
      what: 'the driver docker where there is none',
      builders: [REMOTE],
      given: wishes({ engineOnly: { name: 'driver' } }),
      message: 'input driver is docker, and docker buildx ls has no builder of that driver',
    },
    {
      what: 'the driver docker of a pool where there is none',
      builders: [REMOTE],
      given: wishes({ engineOnly: { name: 'driver', pool: 'linux/arm64' } }),
      message: 'driver of pool linux/arm64 is docker, and docker buildx ls has no builder of that driver',
    },
    {
      what: 'the engine where it cannot export cache',
      builders: [ENGINE],
      given: wishes({ engineOnly: { name: 'driver' }, containerdStore: false }),
      message:
        'builder default cannot export registry cache: its Docker engine does not use the containerd image store; leave input driver out',
    },
    {
      what: 'what was kept and is broken',
      builders: [builder('strata-1', { error: 'context deadline exceeded' })],
      given: wishes({ kept: 'strata-1' }),
      message: 'builder strata-1 cannot be reached: context deadline exceeded; docker buildx rm strata-1',
    },
  ])('is refused: $what', ({ builders, given, message }) => {
    expect(chooseBuilder(builders, given)).toEqual({ kind: 'refuse', message })
  })
})

/** From what Buildx prints to the decision: Buildx 0.29.1 with Docker 28.5 and BuildKit 0.32.2. */
describe('docker buildx ls', () => {
  const engine = (platforms: string): string =>
    `{"Current":true,"Driver":"docker","Dynamic":false,"Name":"default","Nodes":[{"Endpoint":"default","IDs":["a"],"Labels":{},"Name":"default","Platforms":[${platforms}],"Status":"running","Version":"v0.0.0+unknown"}]}`
  const container = (image: string, endpoint = 'unix:///run/docker.sock'): string =>
    `{"Current":true,"Driver":"docker-container","Dynamic":false,"Name":"c","Nodes":[{"DriverOpts":{"image":"${image}","network":"host"},"Endpoint":"${endpoint}","Flags":[],"Name":"c0","Platforms":["linux/amd64","linux/amd64/v2"],"Status":"running","Version":"v0.32.2"}]}`
  const unreachable =
    '{"Current":true,"Driver":"remote","Err":null,"Name":"r","Nodes":[{"Endpoint":"tcp://r:1","Err":"listing workers: connection refused","Name":"r0","Status":"error"}]}'

  test.each<{ line: string; platforms: readonly string[]; kind: string; reason: string }>([
    { line: engine('"linux/amd64","linux/arm64"'), platforms: ARM, kind: 'use', reason: 'the current builder' },
    { line: engine('"linux/amd64"'), platforms: ARM, kind: 'create', reason: 'cannot build linux/arm64' },
    { line: container('moby/buildkit:v0.32.2'), platforms: ARM, kind: 'use', reason: 'the current builder' },
    { line: container('acme/bk', 'tcp://x:2376'), platforms: ARM, kind: 'create', reason: 'cannot build linux/arm64' },
    { line: unreachable, platforms: ['linux/amd64'], kind: 'create', reason: 'connection refused' },
  ])('$kind: $reason', ({ line, platforms, kind, reason }) => {
    const builders = [parseBuilder(line) ?? builder('unread')]
    expect(chooseBuilder(builders, wishes({ platforms }))).toMatchObject({
      kind,
      reason: expect.stringContaining(reason),
    })
  })
})
