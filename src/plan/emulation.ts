import { architectureOf, type Platform } from '../oci/platform.ts'

/** A handler of the kernel for programs of another architecture: a file in /proc/sys/fs/binfmt_misc. */
export type BinfmtHandler = {
  readonly name: string
  readonly enabled: boolean
  readonly interpreter: string
  /** `F`: its interpreter was opened when it was registered, so that it works inside containers. */
  readonly flags: string
  /** As Docker calls it; undefined for handlers of something else than Linux programs. */
  readonly architecture?: string
}

/** What the kernel knows of foreign programs. */
export type Binfmt = {
  /** Whether binfmt_misc as a whole is on. */
  readonly enabled: boolean
  readonly handlers: readonly BinfmtHandler[]
}

/** What is done so that a platform's programs run. */
export type EmulationChoice =
  { readonly kind: 'install'; readonly architecture: string } | { readonly kind: 'refuse'; readonly message: string }

/**
 * Installs handlers of the kernel. The digest is that of the index for all platforms, which many projects pin; a
 * privileged container of anything else than these bytes would be an invitation.
 */
export const BINFMT_IMAGE =
  'tonistiigi/binfmt:qemu-v10.2.3@sha256:400a4873b838d1b89194d982c45e5fb3cda4593fbfd7e08a02e76b03b21166f0'

/** Architectures for which the image has an emulator, by the names under which it installs and registers them. */
const HANDLERS: Readonly<Record<string, string>> = {
  amd64: 'qemu-x86_64',
  '386': 'qemu-i386',
  arm64: 'qemu-aarch64',
  arm: 'qemu-arm',
  riscv64: 'qemu-riscv64',
  ppc64le: 'qemu-ppc64le',
  s390x: 'qemu-s390x',
  mips64le: 'qemu-mips64el',
  mips64: 'qemu-mips64',
  loong64: 'qemu-loongarch64',
}

/** ELF machines by `e_ident[EI_CLASS] e_ident[EI_DATA] e_machine`, in hex and little-endian order (gABI, chapter 4). */
const MACHINES: Readonly<Record<string, string>> = {
  '02013e00': 'amd64',
  '01010300': '386',
  '0201b700': 'arm64',
  '01012800': 'arm',
  '0201f300': 'riscv64',
  '02011500': 'ppc64le',
  '02020016': 's390x',
  '02010800': 'mips64le',
  '02020008': 'mips64',
  '02010201': 'loong64',
}

/** The machine that a magic asks for: handlers have many names, and what counts is which programs they take. */
const machineOf = (magic: string): string | undefined =>
  magic.startsWith('7f454c46') ? MACHINES[`${magic.slice(8, 12)}${magic.slice(36, 40)}`] : undefined

/** Reads the file of a handler, as fs/binfmt_misc.c of Linux prints it. */
export const parseBinfmtHandler = (name: string, text: string): BinfmtHandler => {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const [key = '', ...rest] = line.split(' ')
      return [key.replace(/:$/, ''), rest.join(' ')]
    }),
  )
  const architecture = machineOf(fields.get('magic') ?? '')
  return {
    name,
    enabled: fields.has('enabled'),
    interpreter: fields.get('interpreter') ?? '',
    flags: fields.get('flags') ?? '',
    ...(architecture === undefined ? {} : { architecture }),
  }
}

/** The handler that takes a platform's programs, if one does: the one registered last wins, and lists say no order. */
export const handlerFor = (platform: Platform, { handlers }: Binfmt): BinfmtHandler | undefined => {
  const fitting = handlers.filter(({ architecture }) => architecture === architectureOf(platform))
  return fitting.find(({ enabled }) => enabled) ?? fitting[0]
}

const reinstall = ({ name, architecture = '' }: BinfmtHandler): string =>
  `remove it with docker run --privileged --rm ${BINFMT_IMAGE} --uninstall ${name}, and the next run installs ${architecture} anew`

/** What is wrong with a handler that is there and does not do; a clause and what helps. */
const faultOf = (handler: BinfmtHandler, binfmt: Binfmt): string => {
  const { name, interpreter, flags } = handler
  const file = `/proc/sys/fs/binfmt_misc/${binfmt.enabled ? name : 'status'}`
  if (!binfmt.enabled) return `the kernel's binfmt_misc is turned off; turn it on with echo 1 | sudo tee ${file}`
  if (!handler.enabled) return `its handler ${name} is turned off; turn it on with echo 1 | sudo tee ${file}`
  if (!flags.includes('F')) {
    const why = `is registered without flag F (${flags === '' ? 'none' : flags}), so containers do not find ${interpreter}`
    return `its handler ${name} ${why}; ${reinstall(handler)}`
  }
  return `its handler ${name} is registered, but ${interpreter} does not run its programs; ${reinstall(handler)}`
}

/** A platform that BuildKit cannot run, although something should: what is wrong, and what helps. */
export const renderEmulationFault = (platform: Platform, binfmt: Binfmt): string => {
  const handler = handlerFor(platform, binfmt)
  const why =
    handler === undefined
      ? `no handler for it is registered; run the leg on a machine of that platform, or give the builder a node of it`
      : faultOf(handler, binfmt)
  return `${platform} cannot be emulated: ${why}`
}

/** What is done about a platform that a builder on this machine's engine cannot run. */
export const chooseEmulation = (
  platform: Platform,
  binfmt: Binfmt,
  qemu: 'auto' | 'always' | 'never',
): EmulationChoice => {
  const architecture = architectureOf(platform)
  if (!platform.startsWith('linux/') || HANDLERS[architecture] === undefined) {
    const known = Object.keys(HANDLERS).map((name) => `linux/${name}`)
    return { kind: 'refuse', message: `${platform} cannot be emulated: there are emulators for ${known.join(', ')}` }
  }
  if (handlerFor(platform, binfmt) !== undefined) {
    return { kind: 'refuse', message: renderEmulationFault(platform, binfmt) }
  }
  if (qemu !== 'never') return { kind: 'install', architecture }
  const remedy = 'set qemu to auto, or run the leg on a machine of that platform'
  const why = `no handler ${HANDLERS[architecture]} is registered, and input qemu is never`
  return { kind: 'refuse', message: `${platform} cannot be emulated: ${why}; ${remedy}` }
}
