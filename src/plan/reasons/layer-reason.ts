import { inputChanges, type InputChange, type KeyInputKind } from '../../layers/key-input.ts'
import type { KeyInput } from '../../layers/key-input.ts'
import type { MissKind, MissReason } from '../../records/reason.ts'
import type { RecordFiles, RecordLayer } from '../../records/record.ts'
import { diffLines } from './diff-lines.ts'
import { describeFiles } from '../planned-files.ts'

/** A layer as it is now, with everything a reason is found by. */
export type LayerNow = {
  readonly layer: string
  readonly variant: string
  readonly key: string
  readonly inputs: readonly KeyInput[]
  /** Path of its fragment, and its text without the defaults of its arguments. */
  readonly file?: string
  readonly text?: string
  readonly epoch?: string
  /** Tag of its cache ref; absent where refs are not named by content. */
  readonly tag?: string
  /** What an input of kind `files` takes; undefined where that is not listed. */
  readonly files: (name: string) => RecordFiles | undefined
}

/** What images are pinned to, by reference. */
export type ImageDigests = ReadonlyMap<string, string | undefined>

/** What is compared of a layer besides the layer itself. */
export type LayerPair = {
  readonly before: RecordLayer
  readonly now: LayerNow
  readonly images: { readonly before: ImageDigests; readonly now: ImageDigests }
}

/** What a change of an input says: what it is about, and what was found. */
type Found = Pick<MissReason, 'kind' | 'evidence' | 'root'> & { readonly subject: string }

/** What a change of each kind of input is called; settings of lower layers are a change of those. */
const KINDS: Readonly<Record<KeyInputKind, MissKind>> = {
  ...{ image: 'base-image', fragment: 'fragment', argument: 'argument', files: 'context-file' },
  ...{ platform: 'setting', syntax: 'setting', option: 'setting', context: 'setting', remote: 'setting' },
  below: 'parent',
  epoch: 'epoch',
}

/** Of several changes the first of these is the reason. */
const ORDER: readonly MissKind[] = ['base-image', 'fragment', 'argument', 'context-file', 'setting', 'epoch', 'parent']

const imageEvidence = (name: string, how: InputChange['how'], { images }: LayerPair): string => {
  const [old, current] = [images.before.get(name), images.now.get(name)]
  if (how !== 'changed' || old === undefined || current === undefined || old === current) return `image ${name} ${how}`
  return `image ${name}: ${old} -> ${current}`
}

const fragmentEvidence = ({ before, now }: LayerPair): readonly string[] => {
  const [old, current] = [before.fragment?.text, now.text]
  const lines = old === undefined || current === undefined ? [] : diffLines(old, current)
  return [`fragment ${now.file ?? ''} changed`, ...lines]
}

const asMap = (files: RecordFiles | undefined): ReadonlyMap<string, string> | undefined =>
  files && new Map(Object.entries(files))

const fileEvidence = (name: string, { before, now }: LayerPair): readonly string[] =>
  describeFiles(name, asMap(before.files?.[name]), asMap(now.files(name)))

/** `fresh since 2026-11-21T05:12:00Z -> 2026-11-28T05:12:00Z` */
const epochEvidence = ({ before, now }: LayerPair): string =>
  `fresh since ${before.epoch ?? 'ever'} -> ${now.epoch ?? 'ever'}`

/** The path of `file PATH changed`, or of `files PATTERN changed` where nothing better is known. */
const fileSubject = (line: string): string =>
  line.replace(/^files? /, '').replace(/ (?:changed|appeared|vanished|mode .*)$/, '')

const describe = ({ input: { kind, name }, how }: InputChange, pair: LayerPair): Found => {
  const found = (subject: string, evidence: readonly string[]): Found => ({ kind: KINDS[kind], subject, evidence })
  switch (kind) {
    case 'image':
      return found(name, [imageEvidence(name, how, pair)])
    case 'fragment':
      return found(name, fragmentEvidence(pair))
    case 'files': {
      const evidence = how === 'changed' ? fileEvidence(name, pair) : [`files ${name} ${how.replace('is', 'are')}`]
      return found(fileSubject(evidence[0] ?? name), evidence)
    }
    case 'below': {
      // `<layer> <variant>`: a change of the settings of a lower layer starts there.
      const [layer = '', ...variant] = name.split(' ')
      const root = { layer, variant: variant.join(' ') }
      const evidence = [`settings of ${name} ${how}, which this layer inherits`]
      return { ...found(`${layer}/${root.variant}`, evidence), root }
    }
    case 'epoch':
      return found(name, [epochEvidence(pair)])
    default:
      return found(name, [`${kind} ${name} ${how}`])
  }
}

/** Lines of evidence that a reason gives before it counts the rest. */
const MAX_EVIDENCE = 24

const limited = (lines: readonly string[]): readonly string[] => {
  const more = lines.length - MAX_EVIDENCE
  return more > 0 ? [...lines.slice(0, MAX_EVIDENCE), `${more} more`] : lines
}

/**
 * What changed in a layer itself since a record of it; undefined when nothing did. The first kind of change is the reason,
 * and all of them are its evidence.
 */
export const ownReason = (pair: LayerPair): MissReason | undefined => {
  const { before, now } = pair
  const subject = now.file === undefined ? {} : { subject: now.file }
  // Another variant brings its own fragment, arguments, files and images; what caused them all is one thing.
  if (before.variant !== now.variant) {
    return { kind: 'fragment', ...subject, evidence: [`${now.layer} is ${now.variant} instead of ${before.variant}`] }
  }
  if (before.fragment?.file !== now.file) {
    const evidence = [`fragment ${before.fragment?.file ?? 'none'} -> ${now.file ?? 'none'}`]
    return { kind: 'fragment', ...subject, evidence }
  }
  const found = inputChanges(before.inputs, now.inputs)
    .map((change) => describe(change, pair))
    .toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  const [first] = found
  if (first === undefined) return undefined
  return { ...first, evidence: limited(found.flatMap(({ evidence }) => evidence)) }
}
