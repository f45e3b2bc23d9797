import type { Chars, Flag } from './flags.ts'
import { mountFields, textOf } from './flags.ts'
import type { ContextRead, ImageUse, RemoteUse, SecretUse, SourceUse, Token } from './fragment.ts'
import type { Instruction } from './instruction.ts'
import { jsonStrings, tokenOf } from './instruction.ts'
import { heredocOf } from './words.ts'

/** What one step takes from elsewhere. */
export type StepUses = {
  readonly sources: readonly SourceUse[]
  readonly images: readonly ImageUse[]
  readonly reads: readonly ContextRead[]
  readonly remotes: readonly RemoteUse[]
  readonly secrets: readonly SecretUse[]
  readonly ssh: readonly { readonly id: string; readonly line: number }[]
}

const NONE: StepUses = { sources: [], images: [], reads: [], remotes: [], secrets: [], ssh: [] }

/** Joins what several steps use. */
export const joinUses = (uses: readonly StepUses[]): StepUses => ({
  sources: uses.flatMap(({ sources }) => sources),
  images: uses.flatMap(({ images }) => images),
  reads: uses.flatMap(({ reads }) => reads),
  remotes: uses.flatMap(({ remotes }) => remotes),
  secrets: uses.flatMap(({ secrets }) => secrets),
  ssh: uses.flatMap(({ ssh }) => ssh),
})

/** A name that a step reads from, and what stands before it in the file. */
export type Named = { readonly how: SourceUse['how']; readonly token: Token; readonly name: string }

const namedBy = (instruction: Instruction, how: SourceUse['how'], value: Chars | undefined): readonly Named[] => {
  const [first, last] = [value?.at(0), value?.at(-1)]
  if (value === undefined || first === undefined || last === undefined) return []
  return [{ how, token: tokenOf(instruction, first.at, last.at + 1), name: textOf(value) }]
}

const mountsOf = ({ flags }: Instruction): readonly (readonly Flag[])[] =>
  flags.flatMap(({ name, value }) => (name === 'mount' && value !== undefined ? [mountFields(value)] : []))

/** The names that a step reads from, stages and images alike. */
export const namedSources = (instruction: Instruction): readonly Named[] => {
  if (instruction.keyword === 'COPY') {
    const from = instruction.flags.find(({ name }) => name === 'from')
    return namedBy(instruction, 'copy', from?.value)
  }
  if (instruction.keyword !== 'RUN') return []
  return mountsOf(instruction).flatMap((fields) =>
    namedBy(instruction, 'mount', fields.find(({ name }) => name === 'from')?.value),
  )
}

/** How a name of a step is to be taken, by what the fragment's other lines say. */
export type KindOf = (name: string) => SourceUse['kind']

const useOf = ({ how, token, name }: Named, kind: SourceUse['kind'], line: number): StepUses => ({
  ...NONE,
  sources: [{ how, kind, token }],
  images: kind === 'image' ? [{ reference: name, line, how }] : [],
})

/** The context that a step reads from when it names one, or the main one; undefined when it reads from elsewhere. */
const contextOf = (name: string | undefined, kindOf: KindOf): { readonly context?: string } | undefined => {
  if (name === undefined || name === '') return {}
  return kindOf(name) === 'context' ? { context: name } : undefined
}

const GIT = /^(?:git@|git:\/\/|ssh:\/\/|github\.com\/)|^https?:\/\/[^#]+\.git(?:$|[#?])/
const COMMIT = /#[0-9a-f]{40,64}(?::|$)/

const readCopy = (instruction: Instruction, kindOf: KindOf): StepUses => {
  const line = instruction.lines.start
  const rest = instruction.text.slice(instruction.argumentsAt).trim()
  const paths = (jsonStrings(rest) ?? rest.split(/\s+/)).slice(0, -1).filter((path) => heredocOf(path) === undefined)
  const from = instruction.flags.find(({ name }) => name === 'from')?.value
  const context = contextOf(from === undefined ? undefined : textOf(from), kindOf)
  const isRemote = (path: string): boolean =>
    instruction.keyword === 'ADD' && (/^https?:\/\//.test(path) || GIT.test(path))
  const hasChecksum = instruction.flags.some(({ name }) => name === 'checksum')
  const pinned = (url: string): boolean => hasChecksum || (GIT.test(url) && COMMIT.test(url))
  return {
    ...NONE,
    reads:
      context === undefined ? [] : paths.filter((path) => !isRemote(path)).map((path) => ({ ...context, path, line })),
    remotes: paths.filter(isRemote).map((url) => ({ url, pinned: pinned(url), line })),
  }
}

/** One mount (instructions/commands_runmount.go; ids as dispatchSecret and dispatchSSH of dockerfile2llb find them). */
const readMount = (fields: readonly Flag[], kindOf: KindOf, line: number): StepUses => {
  const get = (...names: readonly string[]): string | undefined => {
    const value = fields.findLast(({ name }) => names.includes(name))?.value
    return value === undefined ? undefined : textOf(value)
  }
  const type = get('type')?.toLowerCase() ?? 'bind'
  const source = get('source', 'src')
  const id = source ?? get('id')
  if (type === 'ssh') return { ...NONE, ssh: [{ id: id ?? 'default', line }] }
  if (type === 'secret') {
    const target = get('target', 'dst', 'destination')?.split('/').at(-1)
    const isFlag = fields.some(({ name, value }) => name === 'required' && value === undefined)
    const required = isFlag || get('required')?.toLowerCase() === 'true'
    return { ...NONE, secrets: [{ id: id ?? target ?? '', required, line }] }
  }
  const context = type === 'bind' ? contextOf(get('from'), kindOf) : undefined
  return { ...NONE, reads: context === undefined ? [] : [{ ...context, path: source ?? '/', line }] }
}

/** What one step takes from contexts, images, other stages and the network. */
export const readUses = (instruction: Instruction, kindOf: KindOf): StepUses => {
  const { keyword, lines } = instruction
  const named = namedSources(instruction).map((source) => useOf(source, kindOf(source.name), lines.start))
  if (keyword === 'RUN') {
    return joinUses([...named, ...mountsOf(instruction).map((fields) => readMount(fields, kindOf, lines.start))])
  }
  if (keyword === 'COPY' || keyword === 'ADD') return joinUses([...named, readCopy(instruction, kindOf)])
  return NONE
}
