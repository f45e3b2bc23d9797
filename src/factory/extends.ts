import { didYouMean } from '../suggest.ts'
import type { Report } from './read-scalar.ts'
import type { Located } from './source.ts'
import { orList } from './wording.ts'

/** Something that may extend another of its kind. */
export type Draft<T> = {
  readonly name: Located<string>
  readonly extends?: Located<string> | undefined
  /** What is written at the draft itself. */
  readonly own: T
}

type Drafts<T> = ReadonlyMap<string, Draft<T>>

/** A draft and all that it extends, nearest first; broken when a name is unknown or comes round again. */
type Chain<T> = { readonly links: readonly Draft<T>[]; readonly broken?: 'unknown' | 'circle' }

const chainOf = <T>(draft: Draft<T>, drafts: Drafts<T>): Chain<T> => {
  const links = [draft]
  for (let last = draft; last.extends !== undefined;) {
    const parent = drafts.get(last.extends.value)
    if (parent === undefined) return { links, broken: 'unknown' }
    if (links.includes(parent)) return { links: [...links, parent], broken: 'circle' }
    links.push(parent)
    last = parent
  }
  return { links }
}

/** Tells a broken chain once: an unknown name where it is written, a circle at its first member in the file. */
const tellBroken = <T>({ links, broken }: Chain<T>, drafts: Drafts<T>, noun: string, report: Report): void => {
  const [draft, ...parents] = links
  if (draft?.extends === undefined) return
  const { value, place } = draft.extends
  if (broken === 'unknown' && parents.length === 0) {
    const names = [...drafts.keys()].filter((name) => name !== draft.name.value)
    report({ place, found: `unknown ${noun}: "${value}"`, expected: orList(names), ...didYouMean(value, names) })
  }
  const isFirst = [...drafts.values()].find((other) => links.includes(other)) === draft
  if (broken === 'circle' && links.at(-1) === draft && isFirst)
    report({ place, found: `"extends" goes in a circle: ${links.map(({ name }) => name.value).join(' → ')}` })
}

/**
 * Resolves every `extends`, also chains of them, in the order of the drafts. `noun` is what is extended, for messages.
 * Reports unknown names and circles, and leaves out what depends on them.
 */
export const resolveExtends = <T>(
  drafts: readonly Draft<T>[],
  overlay: (parent: T, child: T) => T,
  noun: string,
  report: Report,
): readonly T[] => {
  const byName = new Map(drafts.map((draft) => [draft.name.value, draft]))
  return drafts.flatMap((draft) => {
    const chain = chainOf(draft, byName)
    if (chain.broken === undefined)
      return [chain.links.map(({ own }) => own).reduce((child, parent) => overlay(parent, child))]
    tellBroken(chain, byName, noun, report)
    return []
  })
}
