import { describe, expect, test } from '@jest/globals'
import { readBuilderInputs } from '../../src/commands/builder-inputs.ts'
import { wantedBuilder, type PoolBuilders, type WantedBuilder } from '../../src/commands/wanted-builder.ts'
import { BUILDKIT_IMAGE } from '../../src/plan/builder-settings.ts'
import { BINFMT_IMAGE } from '../../src/plan/emulation.ts'

type Given = Readonly<Record<string, string>>

const PEM = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'

const read = (given: Given, env: Given = {}) => readBuilderInputs((name) => given[name] ?? '', env)

const inputs = (given: Given, env: Given = {}, pools: PoolBuilders = {}): WantedBuilder =>
  wantedBuilder(read(given, env), pools, env)

test('nothing given asks for nothing', () => {
  expect(inputs({})).toEqual({
    settings: {
      driver: 'docker-container',
      nodes: [{ platforms: [], driverOpts: [], tls: {} }],
      image: BUILDKIT_IMAGE,
      ...{ config: {}, mirrors: [], keepBuilder: false, keepState: false, given: [] },
    },
    ...{ qemu: 'auto', qemuImage: BINFMT_IMAGE, notes: [] },
  })
})

describe('settings of a new builder', () => {
  test.each<{ given: Given; settings: object }>([
    { given: { driver: 'docker' }, settings: { driver: 'docker', given: [{ name: 'driver' }] } },
    { given: { driver: 'docker-container' }, settings: { given: [{ name: 'driver' }] } },
    {
      given: { 'driver-opts': 'memory=4g\n\n "env.A=b,c" ', 'buildkitd-flags': '--debug', endpoint: 'ssh://big' },
      settings: {
        given: [{ name: 'driver-opts' }, { name: 'buildkitd-flags' }, { name: 'endpoint' }],
        nodes: [
          {
            ...{ platforms: [], driverOpts: ['memory=4g', '"env.A=b,c"'], tls: {} },
            ...{ endpoint: 'ssh://big', buildkitdFlags: '--debug' },
          },
        ],
      },
    },
    { given: { 'buildkitd-config': 'ci/buildkitd.toml' }, settings: { config: { path: 'ci/buildkitd.toml' } } },
    { given: { 'buildkitd-config-inline': 'debug = true' }, settings: { config: { text: 'debug = true' } } },
    { given: { 'buildkit-image': 'acme/buildkit:1' }, settings: { image: 'acme/buildkit:1' } },
    { given: { 'max-parallelism': '3' }, settings: { maxParallelism: 3, given: [{ name: 'max-parallelism' }] } },
    {
      given: { 'registry-mirrors': 'mirror.gcr.io\nquay.io = quay.mirror:5000/q' },
      settings: {
        mirrors: [
          { registry: 'docker.io', mirror: 'mirror.gcr.io' },
          { registry: 'quay.io', mirror: 'quay.mirror:5000/q' },
        ],
      },
    },
    { given: { 'keep-builder': 'true' }, settings: { keepBuilder: true, given: [] } },
    {
      given: { driver: 'remote', nodes: '- { name: arm, endpoint: tcp://arm:1234 }' },
      settings: { nodes: [{ name: 'arm', endpoint: 'tcp://arm:1234', platforms: [], driverOpts: [], tls: {} }] },
    },
  ])('of $given', ({ given, settings }) => {
    expect(inputs(given).settings).toMatchObject(settings)
  })
})

describe('TLS material', () => {
  const remote = { driver: 'remote', endpoint: 'tcp://a:1' }
  const material = { ca: PEM, cert: PEM, key: PEM }

  test.each<{ what: string; given: Given; env: Given }>([
    { what: 'as PEM', given: { ...remote, 'tls-ca': PEM, 'tls-cert': PEM, 'tls-key': PEM }, env: {} },
    {
      what: 'by variables',
      given: { ...remote, 'tls-ca': 'A', 'tls-cert': 'B', 'tls-key': 'B' },
      env: { A: PEM, B: PEM },
    },
    {
      what: 'of a node in the list',
      given: { driver: 'remote', nodes: '- { endpoint: tcp://a, tls: { ca: A, cert: A, key: A } }' },
      env: { A: PEM },
    },
    {
      what: 'by the variables of docker/setup-buildx-action',
      given: remote,
      env: {
        BUILDER_NODE_0_AUTH_TLS_CACERT: PEM,
        BUILDER_NODE_0_AUTH_TLS_CERT: PEM,
        BUILDER_NODE_0_AUTH_TLS_KEY: PEM,
      },
    },
  ])('is taken $what', ({ given, env }) => {
    expect(inputs(given, env).settings.nodes.map(({ tls }) => tls)).toEqual([material])
  })

  test('of a driver without TLS is nobody’s', () => {
    expect(inputs({}, { BUILDER_NODE_0_AUTH_TLS_CACERT: PEM }).settings.nodes[0]?.tls).toEqual({})
  })

  test.each<{ given: Given; env: Given; message: string }>([
    {
      given: { 'tls-ca': 'A' },
      env: {},
      message: 'TLS ca of node 0 names the environment variable A, which is not set',
    },
    {
      given: { 'tls-ca': 'A' },
      env: { A: 'x' },
      message: 'TLS ca of node 0 names the environment variable A, which is no PEM',
    },
    { given: { 'tls-cert': PEM }, env: {}, message: 'node 0 has a TLS cert and not the other; expected cert and key' },
    {
      given: { 'tls-ca': PEM, 'keep-builder': 'true' },
      env: {},
      message: 'a builder with TLS material from secrets cannot be kept',
    },
  ])('is refused: $message', ({ given, env, message }) => {
    expect(() => inputs({ ...remote, ...given }, env)).toThrow(message)
  })

  test('that is neither is not shown', () => {
    expect(() => inputs({ ...remote, 'tls-key': 'c2VjcmV0/=' })).toThrow(
      /^TLS key of node 0 is neither PEM nor the name of an environment variable$/,
    )
  })
})

describe('contradictions', () => {
  test.each<{ given: Given; message: string }>([
    {
      given: { builder: 'mine', driver: 'remote', nodes: '- {}' },
      message: 'input builder names an existing builder, which driver, nodes cannot change; leave out either',
    },
    {
      given: { driver: 'remote' },
      message: 'input driver is remote, and no BuildKit is named; expected input endpoint, for example tcp://',
    },
    {
      given: { driver: 'remote', endpoint: 'tcp://a', 'buildkit-image': 'a', 'max-parallelism': '2' },
      message: 'input buildkit-image, max-parallelism says nothing to the driver remote; leave it out',
    },
    {
      given: { driver: 'docker', 'driver-opts': 'a=b' },
      message: 'input driver-opts says nothing to the driver docker',
    },
    { given: { 'tls-ca': PEM }, message: 'input tls-ca says nothing to the driver docker-container' },
    {
      given: { 'buildkitd-config': 'a', 'buildkitd-config-inline': 'b' },
      message: 'inputs buildkitd-config and buildkitd-config-inline are both given; expected one of them',
    },
    { given: { driver: 'dokcer' }, message: 'did you mean "docker"?' },
    { given: { qemu: 'yes' }, message: 'input qemu is "yes"; expected auto, always, never' },
    { given: { 'qemu-image': 'A B' }, message: 'input qemu-image is "A B"; expected an image reference' },
    { given: { 'buildkit-image': '-x' }, message: 'input buildkit-image is "-x"; expected an image reference' },
    { given: { 'max-parallelism': '0' }, message: 'input max-parallelism is "0"; expected a number from 1 to 1024' },
    { given: { 'driver-opts': 'network' }, message: 'a line of input driver-opts is "network"; expected key=value' },
    {
      given: { 'registry-mirrors': 'https://mirror.gcr.io' },
      message:
        'a line of input registry-mirrors is "https://mirror.gcr.io"; expected the host of a mirror of Docker Hub',
    },
    { given: { 'registry-mirrors': 'mirror' }, message: 'a line of input registry-mirrors is "mirror"' },
    { given: { 'keep-state': 'perhaps' }, message: 'input keep-state is "perhaps"; expected true or false' },
    { given: { nodes: '- { nam: a }' }, message: 'line 1 of input nodes: a node has no key "nam"' },
  ])('$message', ({ given, message }) => {
    expect(() => inputs(given)).toThrow(message)
  })
})

describe('the builder of a pool', () => {
  const REMOTE = { driver: 'remote', endpoint: 'tcp://gpu:1234' }
  const GPU = 'linux/amd64+cuda'
  const of = (settings: Given): PoolBuilders => ({ pool: { name: GPU, settings }, mixed: true })
  const OTHERS: PoolBuilders = { mixed: true }

  test('is made as the factory file says, and the log can say so', () => {
    const nodes = '[{"name":"arm","endpoint":"tcp://arm:1","platforms":["linux/arm64"],"driver-opts":["a=\\"b\\""]}]'
    expect(inputs({}, {}, of({ ...REMOTE, nodes })).settings).toMatchObject({
      driver: 'remote',
      nodes: [
        { endpoint: 'tcp://gpu:1234', platforms: [], driverOpts: [] },
        { name: 'arm', endpoint: 'tcp://arm:1', platforms: ['linux/arm64'], driverOpts: ['a="b"'] },
      ],
      given: ['driver', 'endpoint', 'nodes'].map((name) => ({ name, pool: GPU })),
    })
  })

  test.each<{ what: string; given: Given; pool: Given; settings: object; name?: string }>([
    {
      what: 'one setting in place of the same',
      given: { 'max-parallelism': '2' },
      pool: { 'max-parallelism': '9', 'buildkitd-flags': '--debug' },
      settings: {
        maxParallelism: 2,
        nodes: [{ buildkitdFlags: '--debug' }],
        given: [{ name: 'buildkitd-flags', pool: GPU }, { name: 'max-parallelism' }],
      },
    },
    {
      what: 'a config in place of the other kind of config',
      given: { 'buildkitd-config-inline': 'debug = true' },
      pool: { 'buildkitd-config': 'ci/buildkitd.toml' },
      settings: { config: { text: 'debug = true' } },
    },
    {
      what: 'a driver in place of all of it',
      given: { driver: 'docker-container' },
      pool: REMOTE,
      settings: { driver: 'docker-container', nodes: [{ driverOpts: [] }], given: [{ name: 'driver' }] },
    },
    {
      what: 'the name of a builder in place of all of it',
      given: { builder: 'mine' },
      pool: REMOTE,
      settings: { driver: 'docker-container', given: [] },
      name: 'mine',
    },
    {
      what: 'its TLS material',
      given: { 'tls-ca': PEM },
      pool: REMOTE,
      settings: { nodes: [{ endpoint: 'tcp://gpu:1234', tls: { ca: PEM } }] },
    },
  ])('gets from inputs $what', ({ given, pool, settings, name }) => {
    expect(inputs(given, {}, of(pool))).toMatchObject({ settings, ...(name === undefined ? {} : { name }), notes: [] })
  })

  test('leaves aside what inputs say for the builders of other pools, and says so', () => {
    const note = 'input registry-mirrors says nothing to the driver remote'
    expect(inputs({ 'registry-mirrors': 'mirror.gcr.io' }, {}, of(REMOTE))).toMatchObject({
      notes: [note],
      settings: { mirrors: [] },
    })
    const tls = inputs({ 'tls-ca': PEM }, {}, OTHERS)
    expect(tls.notes).toEqual(['input tls-ca says nothing to the driver docker-container'])
    expect(tls.settings.given).toEqual([])
  })

  test('is no excuse for inputs that contradict each other', () => {
    expect(() => inputs({ driver: 'remote', endpoint: 'tcp://a', 'registry-mirrors': 'm.io' }, {}, of(REMOTE))).toThrow(
      'input registry-mirrors says nothing to the driver remote; leave it out',
    )
  })
})

test('what does not depend on the driver is checked before there is a plan', () => {
  expect(() => read({ 'driver-opts': 'network' })).toThrow('expected key=value')
  expect(() => read({ 'max-parallelism': '0' })).toThrow('expected a number from 1 to 1024')
  expect(() => read({ driver: 'remote' })).toThrow('no BuildKit is named')
  expect(read({ 'tls-ca': PEM }).given).toEqual({ 'tls-ca': PEM })
})
