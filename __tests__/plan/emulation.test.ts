import { describe, expect, test } from '@jest/globals'
import {
  BINFMT_IMAGE,
  chooseEmulation,
  handlerFor,
  parseBinfmtHandler,
  renderEmulationFault,
  type Binfmt,
} from '../../src/plan/emulation.ts'

/** As Linux 6.18 prints the handler that Debian's QEMU registers. */
const ARM64 = `enabled
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
flags: POF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`
const MAGICS: Readonly<Record<string, string>> = {
  amd64: '7f454c4602010100000000000000000002003e00',
  '386': '7f454c4601010100000000000000000002000300',
  arm: '7f454c4601010100000000000000000002002800',
  riscv64: '7f454c460201010000000000000000000200f300',
  ppc64le: '7f454c4602010100000000000000000002001500',
  s390x: '7f454c4602020100000000000000000000020016',
  mips64le: '7f454c4602010100000000000000000002000800',
  mips64: '7f454c4602020100000000000000000000020008',
  loong64: '7f454c4602010100000000000000000002000201',
}

const binfmt = (text: string | undefined, enabled = true): Binfmt => ({
  enabled,
  handlers: text === undefined ? [] : [parseBinfmtHandler('qemu-aarch64', text)],
})
const DISABLED = ARM64.replace('enabled', 'disabled')
const NOT_FIXED = ARM64.replace('POF', 'PO')
const NO_FLAGS = ARM64.replace('flags: POF', 'flags: ')

describe('parseBinfmtHandler', () => {
  test('reads what the kernel prints', () => {
    expect(parseBinfmtHandler('qemu-aarch64', ARM64)).toEqual({
      name: 'qemu-aarch64',
      enabled: true,
      interpreter: '/usr/libexec/qemu-binfmt/aarch64-binfmt-P',
      flags: 'POF',
      architecture: 'arm64',
    })
  })

  test.each(Object.entries(MAGICS))('knows the machine %s by its magic', (architecture, magic) => {
    const text = `enabled\ninterpreter /q\nflags: F\noffset 0\nmagic ${magic}\n`
    expect(parseBinfmtHandler('any', text)).toMatchObject({ architecture })
  })

  test.each([
    ['an extension', 'enabled\ninterpreter /usr/bin/wine\nflags: \nextension .exe\n'],
    ['Python byte code', 'enabled\ninterpreter /usr/bin/python3\nflags: \noffset 0\nmagic cb0d0d0a\n'],
    ['nothing', ''],
  ])('has no architecture for %s', (_, text) => {
    expect(parseBinfmtHandler('other', text)).not.toHaveProperty('architecture')
  })
})

describe('handlerFor', () => {
  test('goes by machine, whatever the name, and takes one that is on', () => {
    const [off, on] = [parseBinfmtHandler('rosetta', DISABLED), parseBinfmtHandler('qemu-arm64', ARM64)]
    expect(handlerFor('linux/arm64', { enabled: true, handlers: [off, on] })).toBe(on)
    expect(handlerFor('linux/arm64', { enabled: true, handlers: [off] })).toBe(off)
    expect(handlerFor('linux/arm/v7', { enabled: true, handlers: [off, on] })).toBeUndefined()
  })
})

describe('chooseEmulation', () => {
  test.each(['auto', 'always'] as const)('installs exactly the one that is absent (qemu: %s)', (qemu) => {
    expect(chooseEmulation('linux/arm64', binfmt(undefined), qemu)).toEqual({ kind: 'install', architecture: 'arm64' })
    expect(chooseEmulation('linux/arm/v7', binfmt(ARM64), qemu)).toEqual({ kind: 'install', architecture: 'arm' })
  })

  const again = `remove it with docker run --privileged --rm ${BINFMT_IMAGE} --uninstall qemu-aarch64, and the next run installs arm64 anew`
  test.each<{ what: string; state: Binfmt; message: string }>([
    {
      what: 'one that is turned off',
      state: binfmt(DISABLED),
      message:
        'its handler qemu-aarch64 is turned off; turn it on with echo 1 | sudo tee /proc/sys/fs/binfmt_misc/qemu-aarch64',
    },
    {
      what: 'all that are turned off',
      state: binfmt(ARM64, false),
      message:
        "the kernel's binfmt_misc is turned off; turn it on with echo 1 | sudo tee /proc/sys/fs/binfmt_misc/status",
    },
    {
      what: 'one that containers do not see',
      state: binfmt(NOT_FIXED),
      message: `its handler qemu-aarch64 is registered without flag F (PO), so containers do not find /usr/libexec/qemu-binfmt/aarch64-binfmt-P; ${again}`,
    },
    {
      what: 'one without flags',
      state: binfmt(NO_FLAGS),
      message: `its handler qemu-aarch64 is registered without flag F (none), so containers do not find /usr/libexec/qemu-binfmt/aarch64-binfmt-P; ${again}`,
    },
    {
      what: 'one that is there and does not run',
      state: binfmt(ARM64),
      message: `its handler qemu-aarch64 is registered, but /usr/libexec/qemu-binfmt/aarch64-binfmt-P does not run its programs; ${again}`,
    },
  ])('leaves $what to its owner', ({ state, message }) => {
    expect(chooseEmulation('linux/arm64', state, 'auto')).toEqual({
      kind: 'refuse',
      message: `linux/arm64 cannot be emulated: ${message}`,
    })
  })

  test('installs nothing where it must not', () => {
    expect(chooseEmulation('linux/arm64', binfmt(undefined), 'never')).toEqual({
      kind: 'refuse',
      message:
        'linux/arm64 cannot be emulated: no handler qemu-aarch64 is registered, and input qemu is never; set qemu to auto, or run the leg on a machine of that platform',
    })
  })

  test.each(['windows/amd64', 'linux/vax'])('has no emulator for %s', (platform) => {
    const message = `${platform} cannot be emulated: there are emulators for `
    expect(chooseEmulation(platform, binfmt(undefined), 'always')).toMatchObject({
      kind: 'refuse',
      message: expect.stringContaining(message),
    })
  })
})

test('a fault without any handler names what helps', () => {
  expect(renderEmulationFault('linux/riscv64', binfmt(ARM64))).toBe(
    'linux/riscv64 cannot be emulated: no handler for it is registered; run the leg on a machine of that platform, or give the builder a node of it',
  )
})

test('the image is pinned by version and digest', () => {
  expect(BINFMT_IMAGE).toMatch(/^tonistiigi\/binfmt:qemu-v\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/)
})
