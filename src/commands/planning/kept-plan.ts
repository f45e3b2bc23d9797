import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { RegistryError } from '../../io/registry/registry-error.ts'
import { backendOf } from '../../layers/cache-place.ts'
import { cacheTag } from '../../layers/cache-refs.ts'
import { digestOf } from '../../layers/digest.ts'
import { formatReference, parseReference, type Reference } from '../../oci/reference.ts'
import type { RunEvent } from '../../plan/access.ts'
import { branchesOf } from '../../plan/branches.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { parsePlan } from '../../plan/parse-plan.ts'
import { encodePlan, PLAN_TYPE } from '../../plan/plan-file.ts'
import type { Plan } from '../../plan/plan.ts'
import { InputError } from '../../problem.ts'
import type { PlanInputs } from '../inputs.ts'

/** What a run's plan is about, when later ones look for it. */
export const planScope = ({ only, platforms }: PlanInputs): readonly string[] =>
  only.length + platforms.length === 0 ? [] : [...only, '/', ...platforms]

/** What a kept plan is about. One of some manifests or platforms alone does not take the place of one of all. */
export type PlanSubject = { readonly cache: PlannedCache; readonly name: string; readonly only: readonly string[] }

/** Where the newest plan of a branch is kept: beside the cache, so that pruning one cannot touch the other. */
const placeOf = ({ cache, name, only }: PlanSubject, branch: string): Reference | undefined => {
  const reference = cache.ref === undefined || cache.strategy !== 'layer' ? undefined : parseReference(cache.ref)
  if (reference === undefined) return undefined
  const { registry, repository } = reference
  const part = only.length === 0 ? '' : `-${digestOf(only).slice(0, 8)}`
  return { registry, repository: `${repository}-records`, tag: cacheTag(`plan-${name}-${branch}${part}`) }
}

/** The plan that is kept at a place, if there is one that can be used. */
export const fetchPlan = async (place: Reference, io: Io): Promise<Plan | undefined> => {
  try {
    const text = await io.registry.getText(place, PLAN_TYPE)
    return text === undefined ? undefined : parsePlan(text, formatReference(place))
  } catch (error) {
    // An earlier plan only helps. One of another release, or one that cannot be read, is as good as none.
    if (!(error instanceof RegistryError) && !(error instanceof InputError)) throw error
    io.actions.info(`The plan kept as ${formatReference(place)} cannot be used: ${error.message}`)
    return undefined
  }
}

/** Whether a tag beside the records is one of kept plans. */
export const isPlanTag = (tag: string): boolean => tag.startsWith('plan-')

/** A plan that was kept, and where. */
type FoundPlan = { readonly plan: Plan; readonly place: string }

/** The plan at the first of these places that has one that can be used. */
const findPlan = async (places: readonly Reference[], io: Io): Promise<FoundPlan | undefined> => {
  for (const place of places) {
    const plan = await fetchPlan(place, io)
    if (plan !== undefined) return { plan, place: formatReference(place) }
  }
  return undefined
}

/** The branches that changes are seen from: where a pull request goes to, then the default branch. */
const baseBranches = (event: RunEvent): readonly string[] => {
  const bases = [event.baseBranch, event.defaultBranch].flatMap((branch) => branch ?? [])
  return bases.length === 0 || event.name === undefined ? branchesOf(event) : [...new Set(bases)]
}

/** A plan that was kept, or why there is none: the end of a sentence. */
export type KeptPlan = FoundPlan | { readonly without: string }

/**
 * The newest plan that was kept of the branch that a pull request goes to, else of the default branch: one of the same
 * part of the factory, else one of all of it.
 */
export const fetchBasePlan = async (subject: PlanSubject, { event }: Context, io: Io): Promise<KeptPlan> => {
  const hint = 'name one in input base-plan'
  if (!subject.cache.access.read) return { without: `the cache is not read, where plans are kept; ${hint}` }
  if (backendOf(subject.cache.ref ?? 'local://') !== 'registry')
    return { without: `there is no registry where plans are kept; ${hint}` }
  if (subject.cache.strategy !== 'layer') {
    return { without: `plans are kept with cache.strategy layer alone; ${hint}` }
  }
  const branches = baseBranches(event)
  const subjects = subject.only.length === 0 ? [subject] : [subject, { ...subject, only: [] }]
  const places = branches.flatMap((branch) => subjects.flatMap((each) => placeOf(each, branch) ?? []))
  const without = `no plan of ${branches.join(' or ')} is kept yet that could be compared with`
  return (await findPlan(places, io)) ?? { without }
}

/** Keeps a plan for the runs that come, where the run may write the cache. Never fails the run. */
export const keepPlan = async (plan: Plan, only: readonly string[], { event }: Context, io: Io): Promise<void> => {
  const { cache, name } = plan
  const [branch] = branchesOf(event)
  const place =
    branch === undefined || !cache.access.write || cache.access.domain !== undefined
      ? undefined
      : placeOf({ cache, name, only }, branch)
  if (place === undefined) return
  try {
    await io.registry.putText(place, PLAN_TYPE, JSON.stringify(encodePlan(plan)))
    io.actions.info(`The plan is kept as ${formatReference(place)}, for later runs to compare with`)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    io.actions.info(`The plan is not kept for later runs, which then know less of what changed: ${error.message}`)
  }
}
