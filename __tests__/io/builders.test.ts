import { describe, expect, test } from '@jest/globals'
import { createBuilders, parseBuilder } from '../../src/io/builders.ts'
import type { Docker, Output } from '../../src/io/docker.ts'

/** A Docker that says what it is told to say, by the beginning of its arguments. */
const dockerThatSays = (answers: Readonly<Record<string, Partial<Output>>>): { docker: Docker; calls: string[] } => {
  const calls: string[] = []
  const answer = (args: readonly string[]): Output => {
    const text = args.join(' ')
    calls.push(text)
    const [, found] = Object.entries(answers).find(([beginning]) => text.startsWith(beginning)) ?? []
    return { code: 0, stdout: '', stderr: '', ...found }
  }
  const docker: Docker = {
    query: (args) => Promise.resolve(answer(args)),
    run: (args, { onStderr }) => {
      const { code, stderr } = answer(args)
      onStderr(Buffer.from(stderr))
      return Promise.resolve(code)
    },
  }
  return { docker, calls }
}

const { signal } = new AbortController()

describe('parseBuilder', () => {
  test('reads the nodes with their platforms, those that were given to them too', () => {
    const line =
      '{"Current":false,"Driver":"remote","Name":"two","Nodes":[{"DriverOpts":{"cacert":"/ca.pem"},"Endpoint":"tcp://a:1","Name":"two0","Platforms":["linux/amd64*","linux/aarch64","linux/amd64"],"Status":"running","Version":"v0.32.2"},{"Endpoint":"tcp://b:1","Name":"arm","Platforms":null}]}'
    expect(parseBuilder(line)).toEqual({
      name: 'two',
      driver: 'remote',
      current: false,
      nodes: [
        { name: 'two0', endpoint: 'tcp://a:1', platforms: ['linux/amd64', 'linux/arm64'] },
        { name: 'arm', endpoint: 'tcp://b:1', platforms: [] },
      ],
      buildkit: 'v0.32.2',
    })
  })

  test.each(['', 'WARNING: x', '[]', '{"Name":"a"}'])('reads nothing from %j', (line) => {
    expect(parseBuilder(line)).toBeUndefined()
  })
})

describe('create', () => {
  const commands = [
    ['buildx', 'create', '--name', 'b'],
    ['buildx', 'create', '--name', 'b', '--append'],
  ]

  test('makes every node, and then starts the builder', async () => {
    const { docker, calls } = dockerThatSays({})
    expect(await createBuilders(docker).create('b', commands, signal)).toBeUndefined()
    expect(calls).toEqual([
      'buildx create --name b',
      'buildx create --name b --append',
      'buildx inspect --bootstrap --builder b',
    ])
  })

  test('ends at the first that fails, and says why', async () => {
    const { docker, calls } = dockerThatSays({
      'buildx create --name b': { code: 1, stderr: 'a\nERROR: no such driver\n' },
    })
    expect(await createBuilders(docker).create('b', commands, signal)).toBe('ERROR: no such driver')
    expect(calls).toHaveLength(1)
  })
})

test.each([
  [false, 'buildx rm --force b'],
  [true, 'buildx rm --force --keep-state b'],
])('remove with keepState %j', async (keepState, call) => {
  const { docker, calls } = dockerThatSays({ 'buildx rm': { code: 1, stderr: 'no builder' } })
  await createBuilders(docker).remove('b', { keepState })
  expect(calls).toEqual([call])
})

test('the engine tells of its machine', async () => {
  const info = {
    ...{ ServerVersion: '28.5.2', OSType: 'linux', Architecture: 'aarch64', NCPU: 4, DockerRootDir: '/var/lib/docker' },
    DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
  }
  const { docker } = dockerThatSays({ info: { stdout: JSON.stringify(info) } })
  expect(await createBuilders(docker).engine()).toEqual({
    ...{ version: '28.5.2', platform: 'linux/arm64', containerdStore: true, cpus: 4, dataRoot: '/var/lib/docker' },
  })
})
