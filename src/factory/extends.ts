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

type Chain<T> = { readonly drafts: ReadonlyMap<string, Draft<T>>; readonly noun: string; readonly report: Report }

/** The draft and what it extends, nearest first; cut where a name is unknown or comes round again. */
const chainOf = <T>(draft: Draft<T>, { drafts, noun, report }: Chain<T>): readonly Draft<T>[] => {
  const chain = [draft]
  for (let last = draft; last.extends !== undefined;) {
    const { value, place } = last.extends
    const parent = drafts.get(value)
    if (parent === undefined) {
      const names = [...drafts.keys()].filter((name) => name !== last.name.value)
      // Told once, at the draft that says it, not at everything that extends that draft.
      if (last === draft)
        report({ place, found: `unknown ${noun}: "${value}"`, expected: orList(names), ...didYouMean(value, names) })
      return chain
    }
    if (chain.includes(parent)) {
      const circle = [...chain, parent].map(({ name }) => name.value).join(' → ')
      if (parent === draft) report({ place: draft.name.place, found: `"extends" goes in a circle: ${circle}` })
      return chain
    }
    chain.push(parent)
    last = parent
  }
  return chain
}

/**
 * Resolves every `extends`, also chains of them, in the order of the drafts. `noun` is what is extended, for messages.
 * Reports unknown names and circles.
 */
export const resolveExtends = <T>(
  drafts: readonly Draft<T>[],
  overlay: (parent: T, child: T) => T,
  noun: string,
  report: Report,
): readonly T[] => {
  const chain = { drafts: new Map(drafts.map((draft) => [draft.name.value, draft])), noun, report }
  return drafts.map((draft) =>
    chainOf(draft, chain)
      .map(({ own }) => own)
      .reduce((child, parent) => overlay(parent, child)),
  )
}
