import type { Fragment } from '../../fragment/fragment.ts'
import { withoutDefaults } from '../../fragment/redact.ts'
import { inputsOf, type Prefix } from '../../layers/tree.ts'
import type { RecordFiles } from '../../records/record.ts'
import { remember } from '../../remember.ts'
import type { LayerNow } from './layer-reason.ts'
import { filesOf } from '../planned-files.ts'
import type { Plan } from '../plan.ts'

/** What prefixes are described by: what was read for their keys. */
export type LayerWorld = {
  readonly files: Plan['files']
  /** The main build context, relative to the workspace. */
  readonly context: string
  readonly fragments: ReadonlyMap<string, Fragment>
}

/** Files of one input that are listed; of more nothing but their digest is kept. */
const MAX_LISTED = 2_000

/** Characters of a fragment that are kept. */
const MAX_TEXT = 64 * 1024

/** The text of a fragment for the next run to compare with; undefined when it is too long to keep. */
export const textToKeep = (fragment: Fragment | undefined): string | undefined => {
  const text = fragment && withoutDefaults(fragment)
  return text === undefined || text.length > MAX_TEXT ? undefined : text
}

/** Describes prefixes of a tree for comparison. Texts and lists of files are made when they are asked for, and once. */
export const createLayerNow = ({ files, context, fragments }: LayerWorld) => {
  const texts = new Map<string, string | undefined>()
  const textOf = (file: string): string | undefined => remember(texts, file, () => textToKeep(fragments.get(file)))
  return (prefix: Prefix, tag: string | undefined): LayerNow => {
    const { layer, key } = prefix
    const text = layer.fragment === undefined ? undefined : textOf(layer.fragment)
    return {
      ...{ layer: layer.layer, variant: layer.variant, key, inputs: inputsOf(prefix) },
      ...(layer.fragment === undefined ? {} : { file: layer.fragment }),
      ...(text === undefined ? {} : { text }),
      ...(layer.epoch === undefined ? {} : { epoch: layer.epoch }),
      ...(tag === undefined ? {} : { tag }),
      files: (name): RecordFiles | undefined => {
        const taken = filesOf(name, { files, layer, context })
        return taken === undefined || taken.size > MAX_LISTED ? undefined : Object.fromEntries(taken)
      },
    }
  }
}
