import { workItemName } from '../factory/work-item.ts'
import type { KeyInput } from '../layers/key-input.ts'
import { chainOf } from '../layers/tree.ts'
import type { CompatibilityRecord } from '../records/record.ts'
import { remember } from '../remember.ts'
import type { EarlierRecords } from './earlier.ts'
import type { Plan } from './plan.ts'
import { mustRun, plannedInputs } from './prefixes.ts'

/** An image that is another than when work items on it were built last: its filesystem or its settings changed. */
export type BaseChange = {
  /** As the user wrote it. */
  readonly reference: string
  /** `sha256:<hex>`, as far as they are known. */
  readonly before?: string
  readonly now?: string
  /** Work items that stand on it or take files from it, by index. */
  readonly items: readonly number[]
  /** Expected time of the steps that must run for it, ms; each prefix once. */
  readonly costMs: number
}

/** What changed images are found in. */
export type BaseSources = Pick<Plan, 'items' | 'tops' | 'prefixes' | 'contents' | 'images'>

/** Digests of images among inputs, by reference. */
const imageInputs = (inputs: readonly KeyInput[]): ReadonlyMap<string, string> =>
  new Map(inputs.flatMap(({ kind, name, digest }) => (kind === 'image' ? [[name, digest] as const] : [])))

/** References that both a record and a chain of prefixes name, and that are not the same in them. */
const movedImages = (record: CompatibilityRecord, chain: readonly (readonly KeyInput[])[]): readonly string[] => {
  const before = imageInputs(record.layers.flatMap(({ inputs }) => inputs))
  const now = imageInputs(chain.flat())
  return [...now].flatMap(([name, digest]) => (before.has(name) && before.get(name) !== digest ? [name] : []))
}

/**
 * Images that changed since the newest records of the work items that use them, in order of first use. An index digest
 * that moved over equal filesystem layers and settings is no change, as BuildKit does not key on it.
 */
export const findBaseChanges = (
  { items, tops, prefixes, contents, images }: BaseSources,
  records: EarlierRecords,
): readonly BaseChange[] => {
  const found = new Map<string, { readonly items: number[]; readonly cold: Set<number>; before: string | undefined }>()
  for (const [index, item] of items.entries()) {
    const record = records.get(workItemName(item))
    if (record === undefined) continue
    const chain = chainOf(prefixes, tops[index])
    const planned = chain.flatMap((each) => prefixes[each] ?? [])
    const inputs = planned.map((prefix) => plannedInputs(prefix, contents))
    for (const name of movedImages(record, inputs)) {
      const digest = record.images.find(({ reference }) => reference === name)?.digest
      const change = remember(found, name, () => ({ items: [], cold: new Set<number>(), before: digest }))
      change.items.push(index)
      for (const each of chain) if (prefixes[each] !== undefined && mustRun(prefixes[each])) change.cold.add(each)
    }
  }
  return [...found].map(([reference, { items: affected, cold, before }]) => {
    const now = images.find((image) => image.reference === reference)?.digest
    return {
      reference,
      ...(before === undefined ? {} : { before }),
      ...(now === undefined ? {} : { now }),
      items: affected,
      costMs: [...cold].reduce((sum, each) => sum + (prefixes[each]?.costMs ?? 0), 0),
    }
  })
}
