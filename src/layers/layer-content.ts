import type { WorkLayer } from '../factory/work-item.ts'
import type { ContextRead, Fragment, FragmentArgument, StageInstruction } from '../fragment/fragment.ts'
import { digestOf } from './digest.ts'
import { effectsOf, type FragmentEffects } from './fragment-effects.ts'
import { keyInput, type KeyInput } from './key-input.ts'

/** What one layer of a work item adds to the keys of its prefix and of those above it. */
export type LayerContent = {
  /** Steps that BuildKit runs for it, those of auxiliary stages included. A layer without steps has no cache ref. */
  readonly steps: number
  /** Steps by keyword: `RUN`, `COPY`, …; what they cost is guessed from it. */
  readonly stepsBy: Readonly<Record<string, number>>
  /** What decides its steps, besides the layers below. */
  readonly inputs: readonly KeyInput[]
  /** SHA-256 over the inputs, 64 hex. */
  readonly digest: string
  /** SHA-256 over the settings behind its last step, which layers above inherit, 64 hex; absent without any. */
  readonly after?: string
  /** SHA-256 over everything of it that reaches the image, settings and labels included, 64 hex. */
  readonly image: string
  /** Whether it has auxiliary stages, whose steps only a cache of `mode=max` keeps. */
  readonly auxiliary: boolean
  /** What it takes from outside that no key can cover, as `file:line what`. */
  readonly unpinned: readonly string[]
}

/** What is known of the world around a fragment. */
export type LayerFacts = {
  /** Images that the fragment names, arguments filled in. */
  readonly images: readonly string[]
  /** Identity of an image's content on the platform. */
  readonly imageDigest: (reference: string) => string
  /** Digest over the files that a read takes; undefined when its context is no folder. */
  readonly filesDigest: (read: ContextRead) => string | undefined
}

/** The default of an argument, quoted in part or as a whole. */
const DEFAULT = /=(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|\S)*/gs

/** An instruction as BuildKit takes it. The blanks behind the keyword do not count, nor does a default that is replaced. */
const keyText = ({ keyword, text }: StageInstruction): string => {
  const rest = text.slice(keyword.length).trim()
  return keyword === 'ARG' ? `ARG ${rest.replaceAll(DEFAULT, '')}` : `${keyword} ${rest}`
}

const keyTexts = (instructions: readonly StageInstruction[]): readonly string[] => instructions.map(keyText)

/** The value of an argument on one of its ARG lines: what is given, else the default as written. */
const argumentValue = ({ name, default: text }: FragmentArgument, { args }: WorkLayer): string => {
  const given = args[name]?.value
  return given === undefined ? `default ${text ?? ''}` : `given ${given}`
}

/** The arguments, each with its values in the order of its ARG lines. */
const argumentInputs = (declared: readonly FragmentArgument[], layer: WorkLayer): readonly KeyInput[] =>
  [...Map.groupBy(declared, ({ name }) => name)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, lines]) => keyInput('argument', name, ...lines.map((line) => argumentValue(line, layer))))

/** The arguments whose ARG is one of these instructions or stands before the first FROM. */
const declaredIn = (instructions: readonly StageInstruction[], { args }: Fragment): readonly FragmentArgument[] => {
  const within = (line: number): boolean =>
    instructions.some(({ keyword, lines }) => keyword === 'ARG' && lines.start <= line && line <= lines.end)
  return args.filter(({ global, line }) => global || within(line))
}

const readName = ({ context, path }: ContextRead): string => (context === undefined ? path : `${context}:${path}`)

const readInputs = ({ reads }: FragmentEffects, layer: WorkLayer, facts: LayerFacts): readonly KeyInput[] => {
  const once = new Map(reads.map((read) => [readName(read), read]))
  return [...once.values()].map((read) => {
    const files = facts.filesDigest(read)
    const source = layer.contexts[read.context ?? ''] ?? ''
    return files === undefined ? keyInput('context', readName(read), source) : keyInput('files', readName(read), files)
  })
}

/** The instructions of each stage behind its FROM, so that one that moves to another stage is a change. */
const fragmentInput = ({ stages, keyed }: FragmentEffects, file: string): KeyInput => {
  const counts = new Set(keyed)
  const texts = stages.flatMap(({ from = '', platform = '', onParent, instructions }) => [
    `FROM ${platform} ${onParent ? '' : from}`,
    ...keyTexts(instructions.filter((instruction) => counts.has(instruction))),
  ])
  return keyInput('fragment', file, ...texts)
}

const countKeywords = ({ stages }: FragmentEffects): Readonly<Record<string, number>> => {
  const groups = Map.groupBy(
    stages.flatMap(({ steps }) => steps),
    ({ keyword }) => keyword,
  )
  return Object.fromEntries([...groups].map(([keyword, { length }]) => [keyword, length]))
}

/** An epoch is an argument of the stages of a layer, which RUN alone is keyed by. */
const epochInputs = ({ layer, epoch }: WorkLayer, effects: FragmentEffects): readonly KeyInput[] =>
  epoch === undefined || countKeywords(effects)['RUN'] === undefined ? [] : [keyInput('epoch', layer, epoch)]

const inputsOf = (
  layer: WorkLayer,
  fragment: Fragment,
  effects: FragmentEffects,
  facts: LayerFacts,
): readonly KeyInput[] => {
  return [
    fragmentInput(effects, fragment.file),
    ...argumentInputs(declaredIn(effects.keyed, fragment), layer),
    ...facts.images.map((reference) => keyInput('image', reference, facts.imageDigest(reference))),
    ...readInputs(effects, layer, facts),
    ...effects.remotes.map(({ url }) => keyInput('remote', url.replace(/\?.*$/, ''), url)),
    ...epochInputs(layer, effects),
  ]
}

/** Settings behind the last step, with the values of the arguments that they declare. */
const afterOf = ({ after }: FragmentEffects, layer: WorkLayer, fragment: Fragment): { readonly after?: string } => {
  if (after.length === 0) return {}
  const values = argumentInputs(declaredIn(after, fragment), layer).map(({ digest }) => digest)
  return { after: digestOf([...keyTexts(after), ...values]) }
}

const NOTHING: LayerContent = {
  ...{ steps: 0, stepsBy: {}, inputs: [], auxiliary: false, unpinned: [] },
  ...{ digest: digestOf([]), image: digestOf([]) },
}

const digestInputs = (inputs: readonly KeyInput[]): string =>
  digestOf(inputs.flatMap(({ kind, name, digest }) => [kind, name, digest]))

/** What a layer with this fragment is made of; one without a fragment adds nothing. */
export const layerContent = (
  layer: WorkLayer,
  fragment: Fragment | undefined,
  facts: LayerFacts | undefined,
): LayerContent => {
  if (fragment === undefined || facts === undefined) return NOTHING
  const effects = effectsOf(fragment)
  const inputs = effects.steps === 0 ? [] : inputsOf(layer, fragment, effects, facts)
  const values = argumentInputs(fragment.args, layer)
  const all = fragment.stages.flatMap(({ instructions }) => keyTexts(instructions))
  return {
    steps: effects.steps,
    stepsBy: effects.steps === 0 ? {} : countKeywords(effects),
    inputs,
    digest: digestInputs(inputs),
    ...afterOf(effects, layer, fragment),
    image: digestOf([digestInputs(inputs), ...all, ...values.map(({ digest }) => digest)]),
    auxiliary: effects.steps > 0 && effects.stages.length > 1,
    unpinned: effects.remotes
      .filter(({ pinned }) => !pinned)
      .map(({ url, line }) => `${fragment.file}:${line} ADD ${url.replace(/\?.*$/, '')}`),
  }
}
