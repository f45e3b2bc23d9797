import { describe, expect, test } from '@jest/globals'
import { readBuilderInputs } from '../../../src/commands/builder-inputs.ts'
import { wantedBuilder } from '../../../src/commands/wanted-builder.ts'
import { ensureEmulation } from '../../../src/commands/building/emulation.ts'
import type { Builder } from '../../../src/plan/builder-platforms.ts'
import type { BinfmtHandler } from '../../../src/plan/emulation.ts'
import { builder, engineBuilder, node } from '../../support/builders.ts'
import { literalIo } from '../../support/io.ts'

const ARM: BinfmtHandler = {
  ...{ name: 'qemu-aarch64', enabled: true, interpreter: '/q', flags: 'F', architecture: 'arm64' },
}

type Given = {
  readonly qemu?: string
  readonly handlers?: readonly BinfmtHandler[]
  /** Whether smoke builds succeed, one after the other; true when it is not said. */
  readonly smokes?: readonly boolean[]
  readonly failure?: string
  /** The Docker run that the signal to stop comes in. */
  readonly stopAt?: 'install' | 'smoke'
  readonly pools?: ReadonlyMap<string, string>
}

const ensure = async (on: Builder, platforms: readonly string[], given: Given = {}) => {
  const did: string[] = []
  const smokes = [...(given.smokes ?? [])]
  let stop = (): void => undefined
  const { io, told } = literalIo(new Map())
  const inputs = wantedBuilder(
    readBuilderInputs((name) => (name === 'qemu' ? (given.qemu ?? '') : name === 'qemu-image' ? 'binfmt' : ''), {}),
    {},
    {},
  )
  const world = {
    ...io,
    docker: {
      ...io.docker,
      query: (args: readonly string[]) => {
        did.push(`smoke ${args[args.indexOf('--platform') + 1] ?? ''}`)
        if (given.stopAt === 'smoke') stop()
        const isFine = smokes.shift() ?? true
        return Promise.resolve({ code: isFine ? 0 : 1, stdout: '', stderr: isFine ? '' : 'a\nexec format error' })
      },
    },
    files: {
      ...io.files,
      writeProgram: () => Promise.resolve(),
      removeFolder: () => Promise.resolve(),
    },
    emulators: {
      read: () => Promise.resolve({ enabled: true, handlers: given.handlers ?? [] }),
      install: (images: readonly string[], architectures: readonly string[]) => {
        did.push(`install ${architectures.join(',')} with ${images.join(',')}`)
        if (given.stopAt === 'install') stop()
        return Promise.resolve(given.failure)
      },
    },
  }
  const controller = new AbortController()
  stop = () => {
    controller.abort('SIGTERM')
  }
  const means = { ...inputs, signal: controller.signal }
  const emulated = await ensureEmulation(on, { platforms, pools: given.pools ?? new Map() }, means, world)
  return { did, emulated, ...told }
}

const BARE = builder('bare', { nodes: [node({ image: 'acme/buildkit' })] })
const BOTH = ['linux/amd64', 'linux/arm64']

describe('nothing is installed', () => {
  test.each<{ what: string; on: Builder; given?: Given; did: readonly string[]; infos: readonly string[] }>([
    {
      what: 'where the kernel has it',
      on: builder('b', { nodes: [node({ platforms: BOTH })] }),
      did: [],
      infos: ['linux/arm64 is emulated on b, by a handler of the kernel'],
    },
    {
      what: 'where BuildKit brings it, which a smoke build proves',
      on: builder('b'),
      did: ['smoke linux/arm64'],
      infos: ["linux/arm64 is emulated on b, by BuildKit's own emulator"],
    },
    {
      what: 'where it is there, even if it is to be always',
      on: engineBuilder('linux/arm64'),
      given: { qemu: 'always', handlers: [ARM] },
      did: [],
      infos: ['linux/arm64 is emulated on default, by a handler of the kernel'],
    },
    {
      what: 'for nodes that are such machines',
      on: builder('b', { driver: 'remote', nodes: [node(), node({ platforms: ['linux/arm64'] })] }),
      did: [],
      infos: [],
    },
  ])('$what', async ({ on, given, did, infos }) => {
    const emulated = infos.length === 0 ? [] : ['linux/arm64']
    expect(await ensure(on, BOTH, given)).toEqual({ did, emulated, infos, warnings: [], summaries: [] })
  })
})

describe('exactly the missing one is installed, and proven', () => {
  const steps = ['install arm64 with binfmt', 'smoke linux/arm64']

  test.each<{ what: string; on: Builder; given?: Given; did: readonly string[] }>([
    { what: 'on the engine', on: engineBuilder(), did: steps },
    { what: 'for an image that brings none', on: BARE, did: steps },
    {
      what: 'for an image that should have brought it',
      on: builder('b'),
      given: { smokes: [false, true] },
      did: ['smoke linux/arm64', ...steps],
    },
    { what: 'where it is to be always', on: builder('b'), given: { qemu: 'always' }, did: steps },
  ])('$what', async ({ on, given, did }) => {
    expect((await ensure(on, BOTH, given)).did).toEqual(did)
  })
})

describe('the sentence of a failure names platform, handler and remedy', () => {
  test.each<{ what: string; on: Builder; given: Given; message: string }>([
    {
      what: 'broken',
      on: engineBuilder(),
      given: { handlers: [ARM] },
      message:
        'linux/arm64 cannot be emulated: its handler qemu-aarch64 is registered, but /q does not run its programs; remove it with',
    },
    {
      what: 'not to be had',
      on: engineBuilder(),
      given: { failure: 'binfmt: no such image' },
      message:
        'linux/arm64 cannot be emulated: its handler could not be installed (binfmt: no such image); can it be pulled here',
    },
    {
      what: 'installed, and it does not run',
      on: engineBuilder(),
      given: { smokes: [false] },
      message:
        'linux/arm64 cannot be emulated: no handler for it is registered; run the leg on a machine of that platform, or give the builder a node of it (a smoke build of one step on default said: exec format error)',
    },
    {
      what: 'not brought by a cluster’s image',
      on: builder('k', { driver: 'kubernetes', nodes: [node({ endpoint: 'kubernetes:///k' })] }),
      given: { smokes: [false] },
      message:
        "linux/arm64 cannot be emulated on k: BuildKit's image has no emulator (exec format error); give it a node of that platform",
    },
  ])('$what', async ({ on, given, message }) => {
    await expect(ensure(on, BOTH, given)).rejects.toThrow(message)
  })
})

test('one warning names the pools that would run it natively', async () => {
  const pools = new Map([
    ['linux/arm64', 'linux/arm64'],
    ['linux/amd64', 'big'],
    ['linux/arm/v7', 'small'],
  ])
  const { warnings } = await ensure(builder('b'), [...BOTH, 'linux/arm/v7'], { pools })
  expect(warnings).toEqual([
    expect.stringMatching(
      /^linux\/arm64 \(pool linux\/arm64\), linux\/arm\/v7 \(pool small\): emulated here, although /,
    ),
  ])
})

test.each(['install', 'smoke'] as const)('a run that is told to stop ends there, at %s', async (stopAt) => {
  await expect(
    ensure(BARE, BOTH, { stopAt, smokes: [false], ...(stopAt === 'install' ? { failure: 'exit code 130' } : {}) }),
  ).rejects.toThrow('stopped by SIGTERM')
})
