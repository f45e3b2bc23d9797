import type { Context } from '../../io/context.ts'
import type { Io } from '../../io/io.ts'
import { backendOf } from '../../layers/cache-place.ts'
import { findBaseChanges } from '../../plan/base-changes.ts'
import type { PlannedCache } from '../../plan/cache.ts'
import { findForced } from '../../plan/forced.ts'
import { heldItems } from '../../plan/hold-back.ts'
import type { Plan } from '../../plan/plan.ts'
import type { PlanChanges } from '../../plan/plan-changes.ts'
import type { PlannedPrefix } from '../../plan/prefixes.ts'
import { dueProbes } from '../../plan/probes.ts'
import { publishedKey } from '../../plan/published-key.ts'
import { restrictWork, type KeyedWork } from '../../plan/restrict.ts'
import { inputError } from '../../problem.ts'
import { plainLine } from '../../progress/plain-text.ts'
import { renderMovedBases, type MovedBase } from '../../report/base-texts.ts'
import { renderHeldLines } from '../../report/held-texts.ts'
import type { PlanInputs } from '../inputs.ts'
import type { PlanSubject } from './kept-plan.ts'
import { findUnchanged } from './find-unchanged.ts'
import { chooseItems, findChanges } from './plan-changes.ts'
import type { Survey } from './survey.ts'

/** What of the work is built, and what speaks for leaving the rest out. */
export type Choice = {
  readonly work: KeyedWork
  readonly changes: PlanChanges | undefined
  readonly bases: readonly MovedBase[]
  readonly held: NonNullable<Plan['held']>
  readonly published: Pick<Plan, 'unchanged' | 'publishedKeys'>
}

/** What of the work says whether there is something to prewarm. */
type PrewarmedWork = {
  readonly items: readonly unknown[]
  readonly prefixes: readonly Pick<PlannedPrefix, 'state'>[]
}

/** Work items, by index, and what was found out on the way. */
type Chosen = {
  readonly kept: readonly number[]
  readonly changes?: PlanChanges
  readonly published: Choice['published']
}

/** Only refs that are named by content tell which prefixes there are, and are found by builds of other images. */
const checkByContent = (scope: string, { strategy, ref = '' }: PlannedCache): void => {
  if (backendOf(ref) === 'inline') {
    const hint = 'an inline cache is part of an image, and this scope makes none'
    throw inputError(`scope is ${scope}, and cache.backend is inline`, { expected: 'another backend', hint })
  }
  if (strategy === 'layer') return
  throw inputError(`scope is ${scope}, and the cache strategy is ${strategy}`, {
    expected: 'strategy layer, whose refs other builds find by what is in them',
  })
}

/**
 * Cold stable prefixes are all there is to do; what nobody could be asked about is left for another run. Throws an
 * InputError where the cache cannot hold layers without an image.
 */
export const choosePrewarmed = (
  { subject: { cache }, all }: { readonly subject: Pick<PlanSubject, 'cache'>; readonly all: PrewarmedWork },
  io: Io,
): Chosen => {
  const isUnknown = all.prefixes.some(({ state }) => state === 'unknown')
  checkByContent('stable', cache)
  if (backendOf(cache.ref ?? '') === 'local') {
    io.actions.info(
      'The cache is in a folder of this machine: what is warm here may be cold where the builds run, and the other way round',
    )
  }
  if (!cache.access.write) {
    io.actions.warning({
      message: `nothing is prewarmed, as this run does not write the cache: ${cache.access.reason}`,
    })
  } else if (isUnknown) {
    io.actions.warning({
      message: 'nothing is prewarmed, as it cannot be known what the cache holds; the next run can',
    })
  }
  const kept = cache.access.write && !isUnknown ? [...all.items.keys()] : []
  return { kept, published: { unchanged: [] } }
}

const chooseImages = async (
  { factory, expansion, subject, files, all, earlier }: Survey,
  bases: readonly MovedBase[],
  inputs: PlanInputs,
  context: Context,
  io: Io,
): Promise<Chosen> => {
  const compared = { ...all, files, context: factory.context, aliases: expansion.aliases }
  const changes = await findChanges(compared, inputs.changes, { subject, records: earlier.records, context, io })
  const { items: forced, unmatched } = findForced(expansion, inputs.changes.force)
  for (const pattern of unmatched) {
    io.actions.warning({ message: `force: no manifest matches ${JSON.stringify(pattern)}` })
  }
  const found = { ...(changes === undefined ? {} : { changes }) }
  const chosen = chooseItems(compared, { ...found, bases }, inputs.changes, forced)
  if (!inputs.skipUnchanged) return { ...found, kept: chosen, published: { unchanged: [] } }
  const keys = all.imageKeys.map((key) => publishedKey(key, inputs.additions))
  const { unchanged, kept } = await findUnchanged(all.items, keys, chosen, { ...inputs, forced }, io)
  const publishedKeys = kept.flatMap((index) => keys[index] ?? [])
  return { ...found, kept, published: { unchanged, publishedKeys } }
}

/** Work items with a prefix that is asked about in this run. */
const chooseProbed = ({ factory, subject: { cache }, all, earlier }: Survey, now: Date, io: Io): Chosen => {
  checkByContent('probes', cache)
  if (!factory.layers.some(({ probe }) => probe !== undefined)) {
    const hint = 'write `max-age: { every: 7d, probe: "…" }`'
    throw inputError('scope is probes, and no layer of the factory file has one', { hint })
  }
  if (!cache.access.write) {
    const message = `no probe is asked, as this run could not record the answer: ${cache.access.reason}`
    io.actions.warning({ message })
    return { kept: [], published: { unchanged: [] } }
  }
  const due = dueProbes(all.prefixes, { now, layers: factory.layers, known: earlier.probes })
  const items = due.flatMap(({ prefix }) => all.prefixes[prefix]?.item ?? [])
  return { kept: [...new Set(items)].sort((a, b) => a - b), published: { unchanged: [] } }
}

const DAY = 86_400_000

/** One work item, another one each day, so that in time it is every one's turn. */
const chooseCanary = ({ all }: Survey, io: Io): Chosen => {
  const withSteps = [...all.items.keys()].filter((index) => all.tops[index] !== null)
  const day = Math.floor(io.clock.now().getTime() / DAY)
  const canary = withSteps[day % withSteps.length]
  return { kept: canary === undefined ? [] : [canary], published: { unchanged: [] } }
}

/** The run that chooses, and the time that it goes by. */
type Run = { readonly context: Context; readonly now: Date }

const chooseAsked = async (
  survey: Survey,
  bases: readonly MovedBase[],
  inputs: PlanInputs,
  { context, now }: Run,
  io: Io,
): Promise<Chosen> => {
  switch (inputs.changes.scope) {
    case 'stable':
      return choosePrewarmed(survey, io)
    case 'canary':
      return chooseCanary(survey, io)
    case 'probes':
      return chooseProbed(survey, now, io)
    case 'all':
    case 'changed':
    case 'bases-only':
      return chooseImages(survey, bases, inputs, context, io)
  }
}

/** Images that changed since the last builds, told in the log. */
const findBases = ({ all, images, expansion, earlier }: Survey, io: Io): readonly MovedBase[] => {
  const moved = findBaseChanges({ ...all, images }, earlier.records).map((change): MovedBase => {
    const items = change.items.flatMap((index) => expansion.stable?.sources[index] ?? all.items[index] ?? [])
    return { ...change, manifests: [...new Set(items.map(({ manifestId }) => manifestId))] }
  })
  for (const line of renderMovedBases(moved)) io.actions.info(plainLine(line))
  return moved
}

/** Work items that keep failing and are left out this time, told in the log; in scheduled runs alone. */
const findHeld = ({ all, earlier }: Survey, inputs: PlanInputs, { event, run }: Context, io: Io) => {
  if (!inputs.backoff || event.name !== 'schedule') return { indices: new Set<number>(), held: [] }
  const found = heldItems(all, earlier.failures, run)
  const held = found.flatMap(({ item, failure: { layer, variant, times, message, url }, nextRun }) => {
    const { manifestId, platform } = all.items[item] ?? {}
    if (manifestId === undefined || platform === undefined) return []
    return [{ manifestId, platform, layer, variant, times, nextRun, message, ...(url === undefined ? {} : { url }) }]
  })
  for (const line of renderHeldLines(held)) io.actions.info(plainLine(line))
  return { indices: new Set(found.map(({ item }) => item)), held }
}

/** Which part of the work this run is for. */
export const chooseWork = async (survey: Survey, inputs: PlanInputs, run: Run, io: Io): Promise<Choice> => {
  const { all } = survey
  const bases = findBases(survey, io)
  const chosen = await chooseAsked(survey, bases, inputs, run, io)
  const { indices, held } = findHeld(survey, inputs, run.context, io)
  const kept = chosen.kept.filter((index) => !indices.has(index))
  const keys = chosen.published.publishedKeys
  const publishedKeys = keys?.filter((_, position) => !indices.has(chosen.kept[position] ?? -1))
  return {
    work: kept.length === all.items.length ? all : restrictWork(all, kept),
    changes: chosen.changes,
    ...{ bases, held },
    published: { ...chosen.published, ...(publishedKeys === undefined ? {} : { publishedKeys }) },
  }
}
