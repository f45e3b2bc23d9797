import { describe, expect, test } from '@jest/globals'
import { withRoom } from '../../../src/commands/building/room.ts'
import { SetupError } from '../../../src/problem.ts'
import { literalContext } from '../../support/context.ts'
import { literalIo } from '../../support/io.ts'

const GIB = 1024 ** 3
const HOSTED = { RUNNER_ENVIRONMENT: 'github-hosted' }

const build = async (
  env: Record<string, string>,
  { freeDisk = false, dataRoot = '/data', answers = true, there = [] as string[] } = {},
) => {
  const said: string[] = []
  const { io } = literalIo(new Map())
  const engine = { version: '1', platform: 'linux/amd64', containerdStore: true, dataRoot }
  const world = {
    ...io,
    actions: {
      ...io.actions,
      info: (line: string) => void said.push(line),
      warning: ({ message }: { message: string }) => void said.push(message),
      group: (title: string, lines: readonly string[]) => void said.push(title, ...lines),
    },
    builders: {
      ...io.builders,
      engine: () => (answers ? Promise.resolve(engine) : Promise.reject(new SetupError('none'))),
    },
    disk: {
      room: (folder: string) => Promise.resolve(folder === '/elsewhere' ? undefined : { free: GIB, total: 2 * GIB }),
      sizes: (folders: readonly string[]) =>
        Promise.resolve(folders.filter((path) => there.includes(path)).map((path) => ({ path, bytes: GIB }))),
      remove: (folder: string) => {
        said.push(`rm ${folder}`)
        return Promise.resolve(folder === '/opt/ghc' ? 'not permitted' : undefined)
      },
    },
  }
  await withRoom({ freeDisk }, literalContext(env), world, () => {
    said.push('build')
    return Promise.resolve()
  })
  return said
}

describe('room', () => {
  test.each([
    { what: "of the engine's data", given: {}, folder: '/data' },
    {
      what: 'of the workspace, where the engine is on another machine',
      given: { dataRoot: '/elsewhere' },
      folder: '/workspace',
    },
    { what: 'of the workspace, where there is no engine', given: { answers: false }, folder: '/workspace' },
  ])('is told before and after: $what', async ({ given, folder }) => {
    expect(await build({}, given)).toEqual([
      `Free disk before the build: 1.0 GiB of 2.0 GiB (${folder})`,
      'build',
      `Free disk after it: 1.0 GiB of 2.0 GiB (${folder})`,
    ])
  })
})

describe('free-disk', () => {
  test('lists and then removes what a hosted runner has of the tools', async () => {
    const there = ['/opt/ghc', '/usr/share/dotnet', '/home']
    expect((await build(HOSTED, { freeDisk: true, there })).slice(0, -3)).toEqual([
      'Removing 2 folders to free 2.0 GiB',
      '  1.0 GiB  /usr/share/dotnet',
      '  1.0 GiB  /opt/ghc',
      'rm /usr/share/dotnet',
      'rm /opt/ghc',
      '/opt/ghc could not be removed: not permitted',
    ])
  })

  test.each([
    { env: {}, line: 'free-disk removes tools of hosted runners only, and this is none; nothing is removed' },
    {
      env: { RUNNER_ENVIRONMENT: 'self-hosted' },
      line: 'free-disk removes tools of hosted runners only, and this is none; nothing is removed',
    },
    { env: HOSTED, line: 'free-disk found none of the tool folders that it removes' },
  ])('removes nothing with $env', async ({ env, line }) => {
    const there = env === HOSTED ? [] : ['/usr/share/dotnet']
    const said = await build(env, { freeDisk: true, there })
    expect(said[0]).toBe(line)
    expect(said.filter((what) => what.startsWith('rm '))).toEqual([])
  })
})
