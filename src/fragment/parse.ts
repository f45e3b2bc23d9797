import { InputError } from '../problem.ts'
import type { Problem } from '../problem.ts'
import { expandGlobals, lookupGlobal, PARENT, readArguments } from './arguments.ts'
import { checkArgument, checkEnd, checkHead, checkKeyword, checkSources } from './check-instructions.ts'
import type { Scope } from './check-stages.ts'
import { checkStages } from './check-stages.ts'
import { checkDirectives, syntaxOf } from './directives.ts'
import type { Fragment, FragmentArgument, ImageUse, LineRange, SourceUse, Stage } from './fragment.ts'
import type { Instruction, Instructions } from './instruction.ts'
import { readInstructions } from './instruction.ts'
import type { StepUses } from './sources.ts'
import { readContextCopy } from './context-copies.ts'
import { joinUses, readUses } from './sources.ts'
import type { Section } from './stages.ts'
import { cutSections, fromTokens, readStage } from './stages.ts'
import { expandWord, WordError } from './words.ts'

/** What a fragment may not, or may, refer to. */
export type FragmentOptions = {
  /** Names of the factory's layers. */
  readonly layers?: readonly string[]
  /** Names of the named contexts that come with the fragment. */
  readonly contexts?: readonly string[]
}

/** A fragment cut into its parts, not yet checked. */
type Parts = Instructions & {
  readonly head: readonly Instruction[]
  readonly sections: readonly Section[]
  readonly args: readonly FragmentArgument[]
  readonly scope: Scope
}

const nameOf = ({ from }: Section): string => (from && fromTokens(from)?.name?.text.toLowerCase()) ?? ''

const readParts = (file: string, text: string, { layers = [], contexts = [] }: FragmentOptions): Parts => {
  const read = readInstructions(text)
  const { head, sections } = cutSections(read.instructions)
  const isArgument = ({ keyword }: Instruction): boolean => keyword === 'ARG'
  const globals = head.filter(isArgument).flatMap((instruction) => readArguments(instruction, true))
  const local = sections.flatMap(({ body }) => body).filter(isArgument)
  const lower = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase())
  const scope = { file, globals, layers: lower(layers), contexts: lower(contexts), stages: sections.map(nameOf) }
  const args = [...globals, ...local.flatMap((instruction) => readArguments(instruction, false))]
  return { ...read, head, sections, args, scope }
}

const check = ({ lines, directives, instructions, head, sections, args, scope }: Parts): readonly Problem[] => {
  const { file } = scope
  const steps = sections.flatMap(({ body }, index) =>
    body.flatMap((instruction) => checkSources(instruction, scope.stages.slice(0, index), scope)),
  )
  return [
    ...checkDirectives(file, directives),
    ...instructions.flatMap((instruction) => checkKeyword(file, instruction)),
    ...instructions.flatMap((instruction) => checkEnd(file, lines, instruction)),
    ...checkHead(file, head),
    ...args.flatMap((argument) => checkArgument(file, argument)),
    ...checkStages(sections, scope),
    ...steps,
  ]
}

/** In the order of the file; `escape` alone, since with it all other lines mean something else. */
const orderProblems = (problems: readonly Problem[], { directives, scope }: Parts): readonly Problem[] => {
  if (directives.some(({ name }) => name === 'escape')) return checkDirectives(scope.file, directives)
  const position = ({ place }: Problem): number => (place?.line ?? 0) * 1e6 + (place?.column ?? 0)
  return problems.toSorted((a, b) => position(a) - position(b))
}

/** What a name stands for, in a stage that comes after `earlier`. */
const kindOf =
  ({ contexts }: Scope, earlier: readonly string[]) =>
  (name: string): SourceUse['kind'] => {
    const lower = name.toLowerCase()
    if (earlier.includes(lower)) return 'stage'
    if (contexts.includes(lower)) return 'context'
    return lower === 'scratch' ? 'scratch' : 'image'
  }

/** A word of a FROM line with the defaults of its arguments; as written where one of them must be given. */
const expandAtDefaults = (text: string, { globals }: Scope): string => {
  try {
    return expandWord(text, lookupGlobal(expandGlobals(globals)))
  } catch (error) {
    if (error instanceof WordError) return text
    throw error
  }
}

/** What the FROM line of an auxiliary stage uses, arguments at their defaults. */
const usesOfFrom = ({ onParent, tokens }: Stage, earlier: readonly string[], scope: Scope): Partial<StepUses> => {
  if (onParent || tokens === undefined) return {}
  const { text, spans } = tokens.from
  const line = spans[0]?.line ?? 1
  const kind = kindOf(scope, earlier)(expandAtDefaults(text, scope))
  if (kind === 'context') return { reads: [{ context: text, path: '/', line }] }
  const images: readonly ImageUse[] = [{ reference: text, line, how: 'from' }]
  return kind === 'image' ? { images } : {}
}

const readSections = ({ lines, sections, scope }: Parts): StepUses =>
  joinUses(
    sections.flatMap((section, index) => {
      const earlier = scope.stages.slice(0, index)
      const from = { ...joinUses([]), ...usesOfFrom(readStage(section, lines), earlier, scope) }
      return [from, ...section.body.map((instruction) => readUses(instruction, kindOf(scope, earlier)))]
    }),
  )

const readContextCopies = ({ sections, scope }: Parts): Fragment['contextCopies'] =>
  sections.flatMap(({ body }, index) => {
    const kind = kindOf(scope, scope.stages.slice(0, index))
    return body.flatMap((instruction) => readContextCopy(instruction, kind) ?? [])
  })

/** Flags that the builder of the Docker engine without BuildKit does not know. */
const BUILDKIT_FLAGS: readonly string[] =
  'mount network security device link chmod parents exclude checksum keep-git-dir unpack start-interval'.split(' ')

const readBuildkitOnly = (instructions: readonly Instruction[], { reads }: StepUses): Fragment['buildkitOnly'] => {
  const features = instructions.flatMap(({ heredocs, flags, lines }) => {
    const known = flags.map(({ name }) => name).filter((name) => BUILDKIT_FLAGS.includes(name))
    const found = [...new Set(known)].map((name) => `--${name}`)
    const all = heredocs.length === 0 ? found : ['heredoc', ...found]
    return all.map((feature) => ({ feature, line: lines.start }))
  })
  const contexts = new Set(reads.flatMap(({ context, line }) => (context === undefined ? [] : [line])))
  const named = [...contexts].map((line) => ({ feature: 'named context', line }))
  return [...features, ...named].toSorted((a, b) => a.line - b.line)
}

/** Lines of the head that go away: directives, and the ARGs whose values stitching writes where they are used. */
const readPreamble = ({ directives, head }: Parts): readonly LineRange[] => [
  ...directives.map(({ line }) => ({ start: line, end: line })),
  ...head.map(({ lines }) => lines),
]

/**
 * Reads the Dockerfile of a variant, with the rules of DESIGN.md, "A fragment is a valid Dockerfile of its own".
 * Instructions are cut as BuildKit cuts them. A byte order mark and carriage returns at line ends are dropped, so that a
 * checkout with CRLF means the same. A file without instructions is a fragment that adds nothing.
 * Throws an {@link InputError} with all problems in the order of the file.
 */
export const parseFragment = (file: string, text: string, options: FragmentOptions = {}): Fragment => {
  const parts = readParts(file, text, options)
  const problems = orderProblems(check(parts), parts)
  if (problems.length > 0) throw new InputError(problems)
  const { lines, directives, instructions, sections, args } = parts
  const syntax = syntaxOf(directives)
  const uses = readSections(parts)
  return {
    ...{ file, lines, ...(syntax === undefined ? {} : { syntax }) },
    stages: sections.map((section) => readStage(section, lines)),
    args: args.filter(({ name }) => name !== PARENT),
    ...uses,
    contextCopies: readContextCopies(parts),
    buildkitOnly: readBuildkitOnly(instructions, uses),
    preamble: readPreamble(parts),
  }
}
