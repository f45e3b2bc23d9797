import type { WorkLayer } from '../factory/work-item.ts'
import type { GlobalValue } from '../fragment/arguments.ts'
import { expandGlobals, lookupGlobal, platformArguments } from '../fragment/arguments.ts'
import type { Fragment, SourceUse, Stage, Token } from '../fragment/fragment.ts'
import { placeOf } from '../fragment/instruction.ts'
import { isParent } from '../fragment/stages.ts'
import { expandWord, WordError } from '../fragment/words.ts'
import { contextSource, isFolderContext } from '../layers/context-reads.ts'
import type { Platform } from '../oci/platform.ts'
import { parseReference } from '../oci/reference.ts'
import { InputError, inputError } from '../problem.ts'
import { quoteArgument, valuesOf } from './argument-values.ts'
import type { Edit } from './edits.ts'
import { contextStage, type ContextStage } from './context-stages.ts'
import { epochLine, withEpoch } from './epoch.ts'
import { applyEdits } from './edits.ts'
import type { StitchedLine } from './stitched.ts'

/** A layer as it is to stand in the stitched Dockerfile. */
export type LayerPlan = {
  readonly layer: WorkLayer
  /** Name of its last stage. */
  readonly stage: string
  /** What it builds on: the stage of the layer below, or the base image. */
  readonly parent: string
  readonly platform: Platform
  /** Names of all layers' last stages. */
  readonly stages: readonly string[]
  /** Notes an image and returns how to write it, pinned where it can be. */
  readonly pin: (reference: string, written?: string) => string
}

/** The name of a layer's auxiliary stage or named context. */
const nameIn = (stage: string, name: string): string => `${stage}.${name.toLowerCase()}`

/** The named contexts of a layer by their names in the stitched Dockerfile. */
export const contextsOf = ({ contexts }: WorkLayer, stage: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(contexts).map(([name, value]) => [nameIn(stage, name), value]))

const hasContext = (layer: WorkLayer, name: string): boolean => contextSource(layer, name) !== undefined

type Scope = LayerPlan & { readonly fragment: Fragment; readonly globals: ReadonlyMap<string, GlobalValue> }

/** Expands a word of a FROM line; arguments may have values now that make no sense there. */
const expandFrom = (token: Token, { fragment }: Scope, globals: Scope['globals']): string => {
  try {
    return expandWord(token.text, lookupGlobal(globals))
  } catch (error) {
    if (!(error instanceof WordError)) throw error
    const place = placeOf(fragment.file, token)
    throw inputError(`${token.text} cannot be resolved: ${error.message}`, { place }, { cause: error })
  }
}

/** What an auxiliary stage builds on. Which kind of name it is can hang on the value of an argument. */
const resolveFrom = (token: Token, earlier: readonly string[], scope: Scope): string => {
  if (isParent(token.text)) return scope.parent
  const { layer, stage, stages, fragment } = scope
  const name = expandFrom(token, scope, scope.globals)
  if (name === 'scratch') return name
  if (earlier.includes(name.toLowerCase()) || hasContext(layer, name)) return nameIn(stage, name)
  if (parseReference(name) !== undefined && !stages.includes(name.toLowerCase())) return scope.pin(name, token.text)
  // What only the builder knows is expanded by BuildKit.
  if (name.includes('$') && !/[\s'"]/.test(name)) return name
  const place = placeOf(fragment.file, token)
  const expected = 'an image, a named context, or a stage of this file that stands before'
  throw inputError(`FROM ${token.text} is FROM ${name} for ${layer.layer} ${layer.variant}`, { place, expected })
}

const editPlatform = (token: Token, scope: Scope): readonly Edit[] => {
  const own = new Set(scope.fragment.args.filter(({ global }) => global).map(({ name }) => name))
  const text = expandFrom(token, scope, new Map([...scope.globals].filter(([name]) => own.has(name))))
  if (/^[\w./${}:+-]+$/.test(text)) return [{ token, text }]
  const place = placeOf(scope.fragment.file, token)
  throw inputError(`the platform ${token.text} is ${JSON.stringify(text)}`, { place, expected: 'a platform' })
}

const editStage = ({ tokens }: Stage, index: number, scope: Scope): readonly Edit[] => {
  if (tokens === undefined) return []
  const { stages } = scope.fragment
  const earlier = stages.slice(0, index).flatMap(({ name }) => name?.toLowerCase() ?? [])
  const from = resolveFrom(tokens.from, earlier, scope)
  const platform = tokens.platform === undefined ? [] : editPlatform(tokens.platform, scope)
  if (tokens.name === undefined) return [...platform, { token: tokens.from, text: `${from} AS ${scope.stage}` }]
  const last = index === stages.length - 1
  const name = last ? scope.stage : nameIn(scope.stage, tokens.name.text)
  return [...platform, { token: tokens.from, text: from }, { token: tokens.name, text: name }]
}

const editSource = ({ kind, token }: SourceUse, { layer, stage, fragment, pin }: Scope): readonly Edit[] => {
  if (kind === 'scratch') return []
  if (kind === 'stage' || hasContext(layer, token.text)) return [{ token, text: nameIn(stage, token.text) }]
  if (kind === 'image') return [{ token, text: pin(token.text) }]
  const found = `${layer.layer} ${layer.variant} has no named context ${token.text}`
  throw inputError(found, { place: placeOf(fragment.file, token), expected: 'one under contexts of the variant' })
}

/**
 * Values go where a fragment declares the argument. An ARG of a stage without a default takes over the value of the
 * ARG of that name before the first FROM, which is not in the stitched Dockerfile.
 */
const editArguments = (values: ReadonlyMap<string, string>, { fragment, globals }: Scope): readonly Edit[] => {
  const inherited = new Set(fragment.args.filter(({ global }) => global).map(({ name }) => name))
  return fragment.args
    .filter(({ global }) => !global)
    .flatMap(({ name, default: text, token }) => {
      const takesOver = text === undefined && inherited.has(name) ? globals.get(name) : undefined
      const value = values.get(name) ?? takesOver?.value
      if (value === undefined) return []
      if (takesOver?.late !== true) return [{ token, text: `${name}=${quoteArgument(value)}` }]
      const place = placeOf(fragment.file, token)
      const expected = 'a default here, made of ARGs of this stage'
      throw inputError(`ARG ${name} takes over a value that only the builder knows`, { place, expected })
    })
}

const globalsOf = (plan: LayerPlan, fragment: Fragment, values: ReadonlyMap<string, string>): Scope['globals'] => {
  try {
    return expandGlobals(fragment.args, values, platformArguments(plan.platform))
  } catch (error) {
    if (!(error instanceof WordError)) throw error
    const place = { file: fragment.file, line: fragment.args[0]?.line ?? 1, column: 1 }
    throw inputError(`an ARG before the first FROM cannot be resolved: ${error.message}`, { place }, { cause: error })
  }
}

const isSame = (a: Token | undefined, b: Token): boolean =>
  a?.spans[0]?.line === b.spans[0]?.line && a?.spans[0]?.start === b.spans[0]?.start

/** A stage for each COPY from a folder, in the order of the fragment. */
const contextStages = ({ layer, stage, fragment }: Scope): readonly ContextStage[] =>
  fragment.contextCopies
    .filter(({ from }) => from === undefined || isFolderContext(layer, from.text))
    .map((copy, index) =>
      contextStage(copy, nameIn(stage, `context-${index + 1}`), copy.from && nameIn(stage, copy.from.text)),
    )

const renderContextStage = ({ lines, line }: ContextStage): readonly StitchedLine[] =>
  lines.map((text, index) => (index === 0 ? { text, gathersFor: line } : { text }))

const isBlank = ({ text }: StitchedLine): boolean => text.trim() === ''

const trimBlank = (lines: readonly StitchedLine[]): readonly StitchedLine[] => {
  const first = lines.findIndex((line) => !isBlank(line))
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => !isBlank(line)) + 1)
}

/** Does all edits, and throws the problems of all those that cannot be done. */
const collectEdits = (edits: readonly (() => readonly Edit[])[]): readonly Edit[] => {
  const results = edits.map((edit): readonly Edit[] | InputError => {
    try {
      return edit()
    } catch (error) {
      if (error instanceof InputError) return error
      throw error
    }
  })
  const problems = results.flatMap((result) => (result instanceof InputError ? result.problems : []))
  if (problems.length > 0) throw new InputError(problems)
  return results.flatMap((result) => (result instanceof InputError ? [] : result))
}

/**
 * The stages of one layer: its fragment with names and values filled in, or an empty stage for a variant without one.
 * Everything else of the fragment stays as it is. Throws an `InputError`.
 */
export const stitchLayer = (plan: LayerPlan, fragment: Fragment | undefined): readonly StitchedLine[] => {
  const head = { text: `FROM ${plan.parent} AS ${plan.stage}` }
  if (fragment === undefined) return [head]
  const values = valuesOf(plan.layer, fragment)
  const scope = { ...plan, fragment, globals: globalsOf(plan, fragment, values) }
  const gathering = contextStages(scope)
  const gathered = new Set(gathering.map(({ line }) => line))
  const edits = collectEdits([
    ...fragment.stages.map((stage, index) => () => editStage(stage, index, scope)),
    ...fragment.sources
      .filter(
        ({ token }) => !fragment.contextCopies.some(({ from, line }) => gathered.has(line) && isSame(from, token)),
      )
      .map((source) => () => editSource(source, scope)),
    () => gathering.flatMap((stage) => stage.edits),
    () => editArguments(values, scope),
  ])
  const removed = (line: number): boolean => fragment.preamble.some(({ start, end }) => start <= line && line <= end)
  const lines = applyEdits(fragment.lines, edits)
    .map((text, index) => ({ text, from: index + 1 }))
    .filter(({ from }) => !removed(from))
  const chain = fragment.stages.at(-1)
  const start = chain === undefined || chain.tokens !== undefined ? [] : [head, ...epochLine(plan.layer, chain)]
  const own = withEpoch(trimBlank(lines), fragment, plan.layer)
  return [...gathering.flatMap(renderContextStage), ...start, ...own]
}

/**
 * The images that a layer's fragment names, arguments filled in. Throws an `InputError` with everything that cannot be
 * stitched, wherever the layer stands.
 */
export const layerImages = (
  layer: WorkLayer,
  fragment: Fragment | undefined,
  { platform, stages }: Pick<LayerPlan, 'platform' | 'stages'>,
): readonly string[] => {
  const images = new Set<string>()
  const pin = (reference: string): string => {
    images.add(reference)
    return reference
  }
  const stage = layer.layer.toLowerCase()
  stitchLayer({ layer, stage, parent: 'below', platform, stages, pin }, fragment)
  return [...images]
}
