import picomatch from 'picomatch'
import { didYouMean } from '../suggest.ts'
import type { SelectorContent } from './selector-shapes.ts'
import type { Selector } from './factory.ts'
import type { Report } from './read-scalar.ts'
import type { Located } from './source.ts'
import { orList } from './wording.ts'

const GLOB = /[*?[\]{}!]/

/** Whether the pattern is a plain name, without any glob. */
export const isName = (pattern: string): boolean => !GLOB.test(pattern)

/** Compiled globs: expansion asks the same few patterns many thousand times. */
const matchers = new Map<string, (name: string) => boolean>()

const matcherOf = (glob: string): ((name: string) => boolean) => {
  const matcher = matchers.get(glob) ?? picomatch(glob, { dot: true, bash: true })
  matchers.set(glob, matcher)
  return matcher
}

/** Whether a name fits a name or glob. A `*` also spans slashes and leading dots, so `linux/arm*` holds linux/arm/v7. */
export const matchesPattern = (pattern: string, name: string): boolean =>
  isName(pattern) ? pattern === name : matcherOf(pattern)(name)

/** Whether a selector holds a name: one of its patterns does, and none of `not`. */
export const matchesSelector = ({ any, not }: Selector, name: string): boolean =>
  any.some((pattern) => matchesPattern(pattern, name)) && !not.some((pattern) => matchesPattern(pattern, name))

/** The one name that a selector consists of; undefined for globs, lists and `not`. */
export const singleName = ({ any, not }: Selector): string | undefined => {
  const [name] = any
  return name !== undefined && any.length === 1 && not.length === 0 && isName(name) ? name : undefined
}

/** A selector in words: `cuda-*`, `a or b`, `anything but cuda-*`. */
export const renderSelector = ({ any, not }: Selector): string =>
  not.length > 0 ? `anything but ${orList(not)}` : orList(any)

const patternsOf = (content: SelectorContent): readonly Located<string>[] =>
  'plain' in content ? content.plain : content.map.not

/** A selector from what is written; `{ not: … }` alone starts from everything. */
export const selectorOf = (content: SelectorContent): Selector => {
  const patterns = patternsOf(content).map(({ value }) => value)
  return 'plain' in content ? { any: patterns, not: [] } : { any: ['*'], not: patterns }
}

/** Reports patterns that hold none of the names. `noun` is what the names are: `variant of "base"`. */
export const checkSelector = (
  content: SelectorContent,
  names: readonly string[],
  noun: string,
  report: Report,
): void => {
  for (const { value, place } of patternsOf(content)) {
    if (names.some((name) => matchesPattern(value, name))) continue
    const found = isName(value) ? `unknown ${noun}: "${value}"` : `no ${noun} matches "${value}"`
    report({ place, found, expected: orList(names), ...(isName(value) ? didYouMean(value, names) : {}) })
  }
}
