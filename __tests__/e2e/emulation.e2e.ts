import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { onBareBase, pushBareBase } from '../support/e2e/bare-base.ts'
import { machineState } from '../support/e2e/machine-state.ts'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { docker, testbed } from '../support/e2e/testbed.ts'
import { describeUnless } from '../support/e2e/when.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

const BINFMT = '/proc/sys/fs/binfmt_misc'
/** What no machine of these tests has an emulator for, and no other test asks for. */
const PLATFORM = 'linux/riscv64'
const MAGIC = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xf3\\x00'
const MASK = '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff'
/** The static emulator of the bed's packages. */
const QEMU = join(process.env['STRATA_TESTBED_HOME'] ?? '', 'root/usr/bin/qemu-riscv64')
const HANDLERS = ['qemu-riscv64', 'strata-e2e-riscv64']

const BUILDKIT = 'moby/buildkit:buildx-stable-1'
const hasBuildkit = (await docker('image', 'ls', '--quiet', BUILDKIT)) !== ''

const handlesPlatform = (): boolean =>
  readdirSync(BINFMT).some(
    (name) => name !== 'register' && readFileSync(join(BINFMT, name), 'utf8').includes('0200f300'),
  )

const whyNot = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'handlers need root'
  if (!existsSync(join(BINFMT, 'register'))) return 'no binfmt_misc'
  if (handlesPlatform()) return `this machine has an emulator of ${PLATFORM}`
  if (!hasBuildkit) return `no image ${BUILDKIT}`
  if (testbed.builder !== 'default') return 'the engine is not the bed’s own'
  return existsSync(QEMU) ? undefined : `no emulator of ${PLATFORM} among the bed's packages`
}

/** Registers a handler of the test's own. */
const register = (interpreter: string, flags: string): void => {
  writeFileSync(join(BINFMT, 'register'), `:strata-e2e-riscv64:M::${MAGIC}:${MASK}:${interpreter}:${flags}`)
}

const unregister = (): void => {
  for (const name of HANDLERS) if (existsSync(join(BINFMT, name))) writeFileSync(join(BINFMT, name), '-1')
}

/** An image that installs what tonistiigi/binfmt would, as far as this test asks for it. */
const buildBinfmtImage = async (space: Workspace): Promise<string> => {
  const folder = join(dirname(space.path), 'binfmt')
  await mkdir(folder)
  await copyFile(QEMU, join(folder, 'qemu'))
  const line = `:qemu-riscv64:M::${MAGIC}:${MASK}:/qemu:F`
  const script = `#!/bin/sh
[ "$*" = "--install riscv64" ] || { echo "not asked for riscv64 alone: $*" >&2; exit 1; }
[ -e ${BINFMT}/register ] || mount -t binfmt_misc binfmt_misc ${BINFMT}
printf '%s' '${line}' > ${BINFMT}/register
`
  await writeFile(join(folder, 'install'), script, { mode: 0o755 })
  const dockerfile = `FROM ${testbed.base}\nCOPY qemu install /\nENTRYPOINT ["/install"]\n`
  await writeFile(join(folder, 'Dockerfile'), dockerfile)
  const image = `strata-e2e-binfmt:${space.salt}`
  await docker('buildx', 'build', '--builder', testbed.builder, '--load', '--provenance=false', '--tag', image, folder)
  return image
}

describeUnless(whyNot(), 'a platform that nothing here runs', () => {
  let before: Awaited<ReturnType<typeof machineState>>
  beforeEach(async () => {
    before = await machineState()
  })
  afterEach(async () => {
    unregister()
    expect(await machineState()).toEqual(before)
  })

  const prepare = async (): Promise<Workspace> => {
    const space = await createWorkspace(onBareBase(PLATFORM))
    await pushBareBase(space, PLATFORM)
    return space
  }

  test('gets exactly its emulator, which is proven before the build', async () => {
    await using space = await prepare()
    const image = await buildBinfmtImage(space)
    try {
      const { code, errors, log, outputs } = await runBuild(space, { inputs: { 'qemu-image': image } })
      expect({ code, errors, run: outputs['steps-run'] }).toEqual({ code: 0, errors: [], run: '1' })
      expect(log).toContain(`Installing the emulator of riscv64 with ${image}\n`)
      expect(log).toContain(`${PLATFORM} is emulated on default, by a handler that was installed for it\n`)
    } finally {
      await docker('image', 'rm', '--force', image)
    }
  })

  test('gets it, too, where the image that should bring it does not', async () => {
    await using space = await prepare()
    const image = await buildBinfmtImage(space)
    const own = { builder: '', driver: 'docker-container', 'buildkit-image': BUILDKIT }
    try {
      const { code, errors, log } = await runBuild(space, { inputs: { ...own, 'qemu-image': image } })
      expect({ code, errors }).toEqual({ code: 0, errors: [] })
      // The bed's image is named like BuildKit's own, and has no emulators.
      expect(log).toMatch(
        new RegExp(`^${BUILDKIT} brings no emulator of ${PLATFORM} \\(.*exec format error.*\\)$`, 'm'),
      )
    } finally {
      await docker('image', 'rm', '--force', image)
    }
  })

  test.each<{ what: string; prepared: () => void; inputs?: Record<string, string>; message: RegExp }>([
    {
      what: 'an image that cannot be had',
      prepared: () => undefined,
      inputs: { 'qemu-image': '127.0.0.1:9/no/binfmt:1' },
      message:
        /^linux\/riscv64 cannot be emulated: its handler could not be installed \(127\.0\.0\.1:9\/no\/binfmt:1: .+\); can it be pulled here/,
    },
    {
      what: 'nothing that may be installed',
      prepared: () => undefined,
      inputs: { qemu: 'never' },
      message: /^builder default cannot build linux\/riscv64, only linux\/amd64, .*; name another one/,
    },
    {
      what: 'a handler that does not run',
      prepared: () => {
        register('/bin/false', 'F')
      },
      message:
        /^linux\/riscv64 cannot be emulated: its handler strata-e2e-riscv64 is registered, but \/bin\/false does not run its programs; remove it with docker run .* --uninstall strata-e2e-riscv64/,
    },
    {
      what: 'a handler that containers do not see',
      prepared: () => {
        register(QEMU, '')
      },
      message:
        /^linux\/riscv64 cannot be emulated: its handler strata-e2e-riscv64 is registered without flag F \(none\), so containers do not find /,
    },
    {
      what: 'a handler that is turned off',
      prepared: () => {
        register(QEMU, 'F')
        writeFileSync(join(BINFMT, 'strata-e2e-riscv64'), '0')
      },
      message:
        /^linux\/riscv64 cannot be emulated: its handler strata-e2e-riscv64 is turned off; turn it on with echo 1 \| sudo tee /,
    },
  ])('is refused with a sentence about $what', async ({ prepared, inputs = {}, message }) => {
    await using space = await prepare()
    prepared()
    const run = await runAction(space, { inputs })
    expect(run).toMatchObject({ code: 1, errors: [{ message: expect.stringMatching(message) }] })
  })
})

describe('a platform that the kernel emulates', () => {
  test('is told of, and is not installed again', async () => {
    await using space = await createWorkspace({
      'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/arm64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  app: { variants: { serve: { fragment: serve.Dockerfile } } }
manifests:
  serve: { base: busybox, app: serve }
pools:
  linux/arm64: { runs-on: ubuntu-24.04-arm }
`,
      'serve.Dockerfile': 'RUN uname -m > /machine\n',
    })
    const { code, log, warnings } = await runBuild(space)
    expect(code).toBe(0)
    expect(log).not.toContain('Installing')
    // A job of its own, and not the leg of that pool.
    if (process.arch !== 'x64') return
    expect(log).toMatch(/^linux\/arm64 is emulated on \S+, by a handler of the kernel$/m)
    expect(warnings).toEqual([
      {
        title: 'Emulation',
        message: expect.stringMatching(/^linux\/arm64 \(pool linux\/arm64\): emulated here, although/),
      },
    ])
  })
})
