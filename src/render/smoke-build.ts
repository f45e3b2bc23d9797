import { architectureOf, type Platform } from '../oci/platform.ts'

/** A program that ends at once with exit code 0, as one machine wants it. */
type Machine = {
  /** `EI_CLASS`: 64 or 32 bits. */
  readonly bits: 32 | 64
  readonly isLittle: boolean
  /** `e_machine` and `e_flags`. */
  readonly machine: number
  readonly flags?: number
  /** The system call exit(0), in hex. */
  readonly code: string
}

const MACHINES: Readonly<Record<string, Machine>> = {
  amd64: { bits: 64, isLittle: true, machine: 62, code: '31ffb83c0000000f05' },
  '386': { bits: 32, isLittle: true, machine: 3, code: '31dbb801000000cd80' },
  arm64: { bits: 64, isLittle: true, machine: 183, code: '000080d2a80b80d2010000d4' },
  arm: { bits: 32, isLittle: true, machine: 40, flags: 0x05000000, code: '0000a0e30170a0e3000000ef' },
  riscv64: { bits: 64, isLittle: true, machine: 243, code: '130500009308d00573000000' },
  ppc64le: { bits: 64, isLittle: true, machine: 21, flags: 2, code: '010000380000603802000044' },
  s390x: { bits: 64, isLittle: false, machine: 22, code: 'a72900000a01' },
  mips64: { bits: 64, isLittle: false, machine: 8, flags: 0x60000000, code: '240213c2240400000000000c' },
  mips64le: { bits: 64, isLittle: true, machine: 8, flags: 0x60000000, code: 'c2130224000004240c000000' },
  loong64: { bits: 64, isLittle: true, machine: 258, flags: 0x43, code: '040080030b74810300002b00' },
}

/** Where it is loaded: a page of any size begins there. */
const ADDRESS = 0x10000

/** An ELF executable of one segment that holds the whole file (System V ABI, chapters 4 and 5). */
const renderElf = ({ bits, isLittle, machine, flags = 0, code }: Machine): Uint8Array => {
  const word = bits / 8
  const [headerSize, segmentSize] = bits === 64 ? [64, 56] : [52, 32]
  const text = Uint8Array.from(code.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  const size = headerSize + segmentSize + text.length
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  const put = (width: number, value: number): void => {
    if (width === 8) view.setBigUint64(at, BigInt(value), isLittle)
    else if (width === 4) view.setUint32(at, value, isLittle)
    else view.setUint16(at, value, isLittle)
    at += width
  }
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, isLittle ? 1 : 2, 1])
  at = 16
  // e_type (executable), e_machine, e_version
  for (const [width, value] of [
    [2, 2],
    [2, machine],
    [4, 1],
  ] as const)
    put(width, value)
  // e_entry, e_phoff, e_shoff
  for (const value of [ADDRESS + headerSize + segmentSize, headerSize, 0]) put(word, value)
  put(4, flags)
  // e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
  for (const value of [headerSize, segmentSize, 1, 0, 0, 0]) put(2, value)
  const readAndRun = 5
  // p_type (loaded); p_flags stand there in 64 bits, and before p_align in 32
  put(4, 1)
  if (bits === 64) put(4, readAndRun)
  // p_offset, p_vaddr, p_paddr, p_filesz, p_memsz
  for (const value of [0, ADDRESS, ADDRESS, size, size]) put(word, value)
  if (bits === 32) put(4, readAndRun)
  put(word, ADDRESS)
  bytes.set(text, at)
  return bytes
}

/** A build of one step that succeeds where a platform's programs run. It needs no image, no registry and no network. */
export type SmokeBuild = {
  readonly dockerfile: string
  /** The program that the step runs, called `exit` in the context. */
  readonly program: Uint8Array
}

/** Undefined for platforms whose machine is not known here. */
export const renderSmokeBuild = (platform: Platform): SmokeBuild | undefined => {
  const machine = platform.startsWith('linux/') ? MACHINES[architectureOf(platform)] : undefined
  if (machine === undefined) return undefined
  return { dockerfile: 'FROM scratch\nCOPY exit /exit\nRUN ["/exit"]\n', program: renderElf(machine) }
}

/** Arguments of `docker` that build it: every step runs, and nothing is kept of it but BuildKit's own cache. */
export const smokeArguments = (builder: string, platform: Platform, folder: string): readonly string[] => [
  ...['buildx', 'build', '--builder', builder, '--platform', platform, '--no-cache', '--output', 'type=cacheonly'],
  ...['--provenance=false', '--sbom=false', '--progress=plain', folder],
]
