import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulators, readBinfmt } from '../../src/io/binfmt.ts'
import type { Docker, Output } from '../../src/io/docker.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-binfmt-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const HANDLER = 'enabled\ninterpreter /q\nflags: F\noffset 0\nmagic 7f454c460201010000000000000000000200f300\n'

/** A folder as the kernel shows binfmt_misc. */
const mounted = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
  const path = join(folder, name)
  await mkdir(path)
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text)
  return path
}

describe('readBinfmt', () => {
  test('reads the handlers, and not the two files that steer', async () => {
    const path = await mounted('some', { register: '', status: 'enabled\n', 'qemu-riscv64': HANDLER })
    expect(await readBinfmt(path)).toEqual({
      enabled: true,
      handlers: [{ name: 'qemu-riscv64', enabled: true, interpreter: '/q', flags: 'F', architecture: 'riscv64' }],
    })
  })

  test('sees that all of it is turned off', async () => {
    const path = await mounted('off', { register: '', status: 'disabled\n', 'qemu-riscv64': HANDLER })
    expect(await readBinfmt(path)).toMatchObject({ enabled: false })
  })

  test('finds nothing where it is not mounted, or not there', async () => {
    const none = { enabled: true, handlers: [] }
    expect(await readBinfmt(await mounted('empty', {}))).toEqual(none)
    expect(await readBinfmt(join(folder, 'nowhere'))).toEqual(none)
  })
})

describe('install', () => {
  const GOES_ON = new AbortController().signal
  const dockerWhere = (isThere: (image: string) => boolean): { docker: Docker; calls: string[] } => {
    const calls: string[] = []
    const query = (args: readonly string[]): Promise<Output> => {
      calls.push(args.join(' '))
      const found = args.some(isThere)
      return Promise.resolve({ code: found ? 0 : 125, stdout: '', stderr: found ? '' : 'x\nnot found' })
    }
    return { docker: { query, run: () => Promise.reject(new Error('unused')) }, calls }
  }
  const run = (image: string): string => `run --rm --privileged --network none ${image} --install arm64`

  test('asks for exactly one handler, of the first image that can be had', async () => {
    const { docker, calls } = dockerWhere((text) => text === 'b')
    expect(await createEmulators(docker).install(['a', 'b', 'c'], ['arm64'], GOES_ON)).toBeUndefined()
    expect(calls).toEqual([run('a'), run('b')])
  })

  test('is not tried when the run was told to stop', async () => {
    const { docker, calls } = dockerWhere(() => true)
    await createEmulators(docker).install(['a', 'b'], ['arm64'], AbortSignal.abort('SIGTERM'))
    expect(calls).toEqual([])
  })

  test('says why the last of them failed', async () => {
    const { docker } = dockerWhere(() => false)
    expect(await createEmulators(docker).install(['a', 'b'], ['arm64'], GOES_ON)).toBe('b: not found')
  })
})
