import type { WorkLayer } from '../factory/work-item.ts'
import { inputChanges, type InputChange, type KeyInput, type KeyInputKind } from '../layers/key-input.ts'
import { describeFiles, filesOf } from './planned-files.ts'
import type { Plan } from './plan.ts'

/** A layer of a work item, as one of two plans has it. */
export type LayerState = {
  readonly layer: WorkLayer
  /** What decides its steps; none when it has no steps. */
  readonly inputs: readonly KeyInput[]
  /** Digest of the settings that it leaves for layers above; absent when they have no use for any. */
  readonly after?: string
  readonly files: Plan['files']
  readonly context: string
}

/** What changed in a layer itself, in words, and whether the same change could be made in another layer. */
export type LayerChange = { readonly movable: boolean; readonly reasons: readonly string[] }

/** What a change of an input is called. Argument values are never said. */
const describeInput = ({ input, how }: InputChange, before: LayerState, now: LayerState): readonly string[] => {
  const { kind, name } = input
  if (kind !== 'files') return [`${kind} ${name} ${how}`]
  return how === 'changed'
    ? describeFiles(name, filesOf(name, before), filesOf(name, now))
    : [`files ${name} ${how.replace('is', 'are')}`]
}

/** Inputs that an instruction brings with it wherever it stands. */
const OWN: ReadonlySet<KeyInputKind> = new Set(['fragment', 'argument', 'files'])

/** What changed between two states of a layer that are not the same: its inputs, else what only its image shows. */
export const describeLayer = (before: LayerState, now: LayerState): LayerChange => {
  const [old, current] = [before.layer.fragment, now.layer.fragment]
  // Another fragment brings its own arguments, files and images; what caused them all is one thing.
  if (old !== current) return { movable: false, reasons: [`fragment ${old ?? 'none'} -> ${current ?? 'none'}`] }
  const changes = inputChanges(before.inputs, now.inputs)
  if (changes.length > 0) {
    const reasons = changes.flatMap((change) => describeInput(change, before, now))
    return { movable: changes.every(({ input }) => OWN.has(input.kind)), reasons: [...new Set(reasons)] }
  }
  const name = `${now.layer.layer} ${now.layer.variant}`
  return {
    movable: false,
    reasons: [
      before.after === now.after
        ? `labels or settings of ${name} changed`
        : `settings of ${name} changed, which the layers above inherit`,
    ],
  }
}
