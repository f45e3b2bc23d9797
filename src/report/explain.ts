import type { KeyInput } from '../layers/key-input.ts'
import type { Plan } from '../plan/plan.ts'
import { plannedInputs, type PlannedPrefix } from '../plan/prefixes.ts'

/** What of a plan is explained. */
export type ExplainedPlan = Pick<Plan, 'items' | 'prefixes' | 'contents'>

/** A name on one line, in quotes where it could be taken for something else. */
const renderName = (name: string): string =>
  /^[\w.,:/@+=(){}$*?#-]+( [\w.,:/@+=(){}$*?#-]+)*$/.test(name) ? name : JSON.stringify(name)

/** The way from the base to a prefix, as its first work item has it: `linux/amd64 base/ubuntu > core/0.1.0`. */
const pathOf = ({ platform, layer, variant, item }: PlannedPrefix, { items }: ExplainedPlan): string => {
  const layers = items[item]?.layers ?? []
  const chain = layers.slice(0, layers.findIndex((each) => each.layer === layer) + 1)
  const steps = chain.length === 0 ? [{ layer, variant }] : chain
  return [platform, steps.map((each) => renderName(`${each.layer}/${each.variant}`)).join(' > ')].join(' ')
}

const renderInput = ({ kind, name, digest }: KeyInput): string => `  input  ${digest}  ${kind} ${renderName(name)}`

const renderPrefix = (path: string, prefix: PlannedPrefix, { contents }: ExplainedPlan): string => {
  const { tag, state, key, content } = prefix
  return [
    path,
    ...(tag === undefined ? [] : [`  ref    ${tag}`]),
    `  key    ${key}`,
    `  state  ${state}`,
    ...plannedInputs(prefix, contents).map(renderInput),
    ...(contents[content]?.unpinned ?? []).map((place) => `  open   ${renderName(place)}`),
    '',
  ].join('\n')
}

/**
 * Why every prefix has the key that it has, as text: its ref, its state, and all that decides its own steps, each with
 * the first 16 hex of its digest; what decides those below stands with the prefix below. In an order that does not depend
 * on keys, so that `diff` of two explanations shows what changed. One piece for each prefix: the whole can be long.
 */
export const renderExplanation = (plan: ExplainedPlan): readonly string[] =>
  plan.prefixes
    .map((prefix) => ({ prefix, path: pathOf(prefix, plan) }))
    .toSorted((a, b) => compare(a.path, b.path) || compare(a.prefix.key, b.prefix.key))
    .map(({ path, prefix }) => renderPrefix(path, prefix, plan))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
