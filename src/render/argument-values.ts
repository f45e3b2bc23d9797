import type { WorkArgument, WorkItem, WorkLayer } from '../factory/work-item.ts'
import { PARENT, PREDEFINED } from '../fragment/arguments.ts'
import type { Fragment } from '../fragment/fragment.ts'
import type { Problem } from '../problem.ts'
import { didYouMean } from '../suggest.ts'

/** A value as the default of an ARG line, quoted so that BuildKit reads exactly this value. It holds no line break. */
export const quoteArgument = (value: string): string => {
  if (/^[\w.,:@%+=/-]+$/.test(value)) return value
  if (!value.includes("'")) return `'${value}'`
  return `"${value.replaceAll(/[\\"$]/g, (char) => `\\${char}`)}"`
}

/** Finds the fragment of a layer; undefined for a variant without one. */
export type FragmentOf = (layer: WorkLayer) => Fragment | undefined

const namesOf = (fragment: Fragment | undefined): readonly string[] => [
  ...new Set(fragment?.args.map(({ name }) => name) ?? []),
]

const undeclared = (name: string, { place }: WorkArgument, who: string, names: readonly string[]): Problem => {
  const known = names.length === 0 ? '' : `${names.join(', ')}, or `
  return {
    place,
    found: `${who} the argument ${name}`,
    expected: `${known}an ARG line for it`,
    ...didYouMean(name, names),
  }
}

const checkValue = (name: string, { value, place }: WorkArgument): readonly Problem[] => {
  if (name === PARENT) return [{ place, found: 'PARENT is the layer below', expected: 'another argument' }]
  if (PREDEFINED.includes(name)) {
    return [{ place, found: `${name} gets its value from BuildKit`, expected: 'another argument' }]
  }
  if (!value.includes('\n')) return []
  return [{ place, found: `the argument ${name} holds a line break`, expected: 'one line: ARG can hold no more' }]
}

/** What is wrong with the arguments that come with a layer, whatever it stands on. */
export const checkLayerArguments = (layer: WorkLayer, fragment: Fragment | undefined): readonly Problem[] => {
  const names = namesOf(fragment)
  return Object.entries(layer.args).flatMap(([name, argument]) => {
    const problems = checkValue(name, argument)
    if (problems.length > 0 || argument.level !== 'variant' || names.includes(name)) return problems
    if (fragment !== undefined) return [undeclared(name, argument, `${fragment.file} does not declare`, names)]
    const found = `${layer.layer} ${layer.variant} has no fragment that could take the argument ${name}`
    return [{ place: argument.place, found, expected: 'a fragment, or no arguments' }]
  })
}

const checkManifest = (item: WorkItem, fragmentOf: FragmentOf): readonly Problem[] => {
  const given = item.layers.flatMap(({ args }) => Object.entries(args)).filter(([, { level }]) => level === 'manifest')
  if (given.length === 0) return []
  const names = [...new Set(item.layers.flatMap((layer) => namesOf(fragmentOf(layer))))]
  return given
    .filter(([name, argument]) => !names.includes(name) && checkValue(name, argument).length === 0)
    .map(([name, argument]) => undeclared(name, argument, `no fragment of ${item.manifestId} declares`, names))
}

/** What is wrong with the arguments of a work item, at the places where they are given. Layers are checked by `check`. */
export const checkArguments = (
  item: WorkItem,
  fragmentOf: FragmentOf,
  check: typeof checkLayerArguments = checkLayerArguments,
): readonly Problem[] => {
  const problems = item.layers.flatMap((layer) => check(layer, fragmentOf(layer)))
  const all = [...problems, ...checkManifest(item, fragmentOf)]
  // A value for the whole factory or manifest comes along with every layer.
  return [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()]
}

/** The values for the arguments that a layer's fragment declares. */
export const valuesOf = ({ args }: WorkLayer, fragment: Fragment): ReadonlyMap<string, string> => {
  const names = namesOf(fragment)
  return new Map(Object.entries(args).flatMap(([name, { value }]) => (names.includes(name) ? [[name, value]] : [])))
}
