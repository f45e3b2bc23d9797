import { describe, expect, test } from '@jest/globals'
import type { BuilderSettings, NodeSettings } from '../../src/plan/builder-settings.ts'
import { renderCreateBuilder, type BuilderFiles } from '../../src/render/create-builder.ts'
import { settings } from '../support/builders.ts'

const node = (changes: Partial<NodeSettings> = {}): NodeSettings => ({
  platforms: [],
  driverOpts: [],
  tls: {},
  ...changes,
})

const render = (changes: Partial<BuilderSettings>, files: BuilderFiles = { tls: [] }): readonly string[] =>
  renderCreateBuilder('b', settings(changes), files).map((args) => args.join(' '))

const START = 'buildx create --name b --driver'
const FLAGS = '--buildkitd-flags --allow-insecure-entitlement network.host'

describe('docker-container', () => {
  test('reaches registries on loopback, and may run steps with the network of the host', () => {
    expect(renderCreateBuilder('b', settings(), { tls: [] })).toEqual([
      [
        ...[
          'buildx',
          'create',
          '--name',
          'b',
          '--driver',
          'docker-container',
          '--driver-opt',
          'image=moby/buildkit:v1',
        ],
        ...['--driver-opt', 'network=host', '--buildkitd-flags', '--allow-insecure-entitlement network.host'],
      ],
    ])
  })

  test('takes what is given instead of each default', () => {
    const first = node({
      endpoint: 'ssh://root@big',
      driverOpts: ['network=bridge', 'memory=4g', '"env.A=b,c"', 'image=acme/buildkit:2'],
      buildkitdFlags: '--debug',
    })
    expect(render({ nodes: [first] }, { config: '/t/buildkitd.toml', tls: [] })).toEqual([
      `${START} docker-container --driver-opt network=bridge --driver-opt memory=4g --driver-opt "env.A=b,c" --driver-opt image=acme/buildkit:2 --buildkitd-flags --debug --buildkitd-config /t/buildkitd.toml ssh://root@big`,
    ])
  })

  test('gets a node for each platform', () => {
    const nodes = [
      node({ platforms: ['linux/amd64', 'linux/386'] }),
      node({ name: 'arm', endpoint: 'ssh://arm', platforms: ['linux/arm64'] }),
    ]
    const options = `--driver-opt image=moby/buildkit:v1 --driver-opt network=host ${FLAGS}`
    expect(render({ nodes })).toEqual([
      `${START} docker-container --platform linux/amd64,linux/386 ${options}`,
      `${START} docker-container --append --node b-arm --platform linux/arm64 ${options} ssh://arm`,
    ])
  })
})

describe('remote', () => {
  test('is an address, and nothing else', () => {
    const nodes = [node({ endpoint: 'unix:///run/buildkitd.sock' })]
    expect(render({ driver: 'remote', nodes })).toEqual([`${START} remote unix:///run/buildkitd.sock`])
  })

  test('names the files of mutual TLS, each node its own', () => {
    const nodes = [
      node({ endpoint: 'tcp://amd:1234', driverOpts: ['servername=buildkit'] }),
      node({ name: 'arm', endpoint: 'tcp://arm:1234', platforms: ['linux/arm64'] }),
    ]
    const tls = [{ ca: '/t/ca.pem', cert: '/t/cert.pem', key: '/t/key.pem' }, { ca: '/a,b/ca.pem' }]
    expect(render({ driver: 'remote', nodes }, { tls })).toEqual([
      `${START} remote --driver-opt servername=buildkit --driver-opt cacert=/t/ca.pem --driver-opt cert=/t/cert.pem --driver-opt key=/t/key.pem tcp://amd:1234`,
      `${START} remote --append --node b-arm --platform linux/arm64 --driver-opt "cacert=/a,b/ca.pem" tcp://arm:1234`,
    ])
  })
})

describe('kubernetes', () => {
  test('is told of pods, and a pool of nodes for each platform', () => {
    const amd = ['namespace=buildkit', 'replicas=4', 'requests.cpu=4', '"nodeselector=kubernetes.io/arch=amd64"']
    const arm = ['namespace=buildkit', 'replicas=2', '"nodeselector=kubernetes.io/arch=arm64"']
    const nodes = [
      node({ platforms: [], driverOpts: amd }),
      node({ name: 'arm', platforms: ['linux/arm64'], driverOpts: arm }),
    ]
    expect(render({ driver: 'kubernetes', nodes }, { config: '/t/buildkitd.toml', tls: [] })).toEqual([
      `${START} kubernetes --driver-opt image=moby/buildkit:v1 --driver-opt namespace=buildkit --driver-opt replicas=4 --driver-opt requests.cpu=4 --driver-opt "nodeselector=kubernetes.io/arch=amd64" --buildkitd-config /t/buildkitd.toml`,
      `${START} kubernetes --append --node b-arm --platform linux/arm64 --driver-opt image=moby/buildkit:v1 --driver-opt namespace=buildkit --driver-opt replicas=2 --driver-opt "nodeselector=kubernetes.io/arch=arm64" --buildkitd-config /t/buildkitd.toml`,
    ])
  })
})
