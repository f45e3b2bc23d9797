import { join } from 'node:path'
import type { Context } from '../io/context.ts'
import type { Io } from '../io/io.ts'
import { ownBranch } from '../plan/branches.ts'
import type { Plan } from '../plan/plan.ts'
import { inputError } from '../problem.ts'
import { plainLine } from '../progress/plain-text.ts'
import type { PublishingRun } from '../publish/index-annotations.ts'
import {
  incompleteLine,
  isIncomplete,
  publishedOutput,
  renderPublishSummary,
  type ManifestResult,
  type PublishReport,
} from '../publish/publish-report.ts'
import { tagNames } from '../publish/tag-names.ts'
import { wantedManifests, type WantedManifest } from '../publish/wanted.ts'
import type { CommandResult } from './command.ts'
import type { PublishInputs } from './publish-inputs.ts'
import { deleteTemporary } from './publishing/delete-temporary.ts'
import type { TagTerms } from './publishing/move-tag.ts'
import { publishManifest } from './publishing/publish-manifest.ts'
import { readRunRecords } from './publishing/run-records.ts'
import { findPlan } from './reporting/find-plan.ts'
import { gatherRecords } from './reporting/gather-records.ts'

/** Manifests that are published at the same time. */
const PARALLEL = 8

const obtainPlan = async ({ planPath }: PublishInputs, io: Io): Promise<Plan> => {
  const plan = await findPlan(planPath, [], io)
  if (plan === undefined) {
    throw inputError('there is no plan, so nobody knows which platforms an image should have', {
      expected: 'the artifact of the plan action of this run, or its file in input plan-path',
    })
  }
  if (plan.prewarm !== true) return plan
  throw inputError('the plan is for stable prefixes alone, which have no images', { hint: 'leave publish out of it' })
}

const runOf = ({ plannedAt }: Plan, { run, env }: Context): PublishingRun => {
  const [server, repository] = [env['GITHUB_SERVER_URL'], env['GITHUB_REPOSITORY']]
  const source = server === undefined || repository === undefined ? {} : { source: `${server}/${repository}` }
  const { number, attempt, workflow, commit } = run
  return {
    plannedAt,
    ...source,
    ...(number === undefined ? {} : { number }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(commit === undefined ? {} : { commit }),
  }
}

/** A pull request never moves tags unless it is asked to; it tells what would be published. */
const isDry = ({ dryRun, pullRequests }: PublishInputs, { event }: Context, io: Io): boolean => {
  if (dryRun || pullRequests || event.name?.startsWith('pull_request') !== true) return dryRun
  io.actions.info('Nothing is published: a pull request moves no tags unless input pull-requests is true')
  return true
}

const publishAll = async (
  manifests: readonly WantedManifest[],
  names: readonly (readonly string[])[],
  terms: TagTerms,
  io: Io,
): Promise<readonly ManifestResult[]> => {
  const results: ManifestResult[] = []
  for (let start = 0; start < manifests.length; start += PARALLEL) {
    const part = manifests.slice(start, start + PARALLEL)
    const published = part.map((manifest, index) => publishManifest(manifest, names[start + index] ?? [], terms, io))
    results.push(...(await Promise.all(published)))
  }
  return results
}

/** Temporary tags of manifests that are published; those of others hold what a later attempt still needs. */
const temporaryOf = (manifests: readonly WantedManifest[], results: readonly ManifestResult[]): readonly string[] =>
  manifests.flatMap(({ temporary }, index) => {
    const result = results[index]
    return result === undefined || isIncomplete(result) ? [] : temporary
  })

const tell = (results: readonly ManifestResult[], io: Io): void => {
  for (const result of results) {
    if (isIncomplete(result)) io.actions.warning({ message: incompleteLine(result) })
    for (const { tag, status, reason } of result.tags) {
      const note = reason === undefined || status === 'refused' ? '' : `: ${reason}`
      io.actions.info(plainLine(`${result.manifestId}: tag ${tag} ${status}${note}`))
    }
    for (const { tag, reason } of result.tags.filter(({ status }) => status === 'immutable')) {
      io.actions.warning({ message: `${result.manifestId}: tag ${tag} never moves, and ${reason ?? 'stays'}` })
    }
  }
}

const failureOf = (
  results: readonly ManifestResult[],
  { onIncomplete }: PublishInputs,
): Pick<CommandResult, 'failure'> => {
  const incomplete = results.filter(isIncomplete).map(({ manifestId }) => manifestId)
  if (incomplete.length === 0 || onIncomplete === 'warn') return {}
  return { failure: `not published: ${incomplete.join(', ')}; all others are` }
}

/** Joins what the legs pushed to images of all their platforms, and moves the tags that people pull. */
export const publish = async (inputs: PublishInputs, context: Context, io: Io): Promise<CommandResult> => {
  const plan = await obtainPlan(inputs, io)
  const run = runOf(plan, context)
  const given = await gatherRecords(inputs.records, io)
  const manifests = wantedManifests(plan, [...given, ...(await readRunRecords(plan, given, context, io))])
  const branch = ownBranch(context.event)
  const facts = { ...run, ...(branch === undefined ? {} : { branch }) }
  const names = tagNames(manifests, inputs.tags, facts)
  const dryRun = isDry(inputs, context, io)
  const { immutable, allowOlder } = inputs
  const results = await publishAll(manifests, names, { run, immutable, allowOlder, dryRun }, io)
  const left = dryRun ? [] : await deleteTemporary(temporaryOf(manifests, results), io)
  const report: PublishReport = { version: 1, plan: plan.digest, manifests: results, left }
  tell(results, io)
  const file = join(await io.files.makeFolder('strata-publish'), 'publish.json')
  await io.files.write(file, `${JSON.stringify(report, null, 2)}\n`)
  await io.actions.summary(renderPublishSummary(report, dryRun))
  const incomplete = results.filter(isIncomplete).map(({ manifestId }) => manifestId)
  const outputs = {
    ...{ published: publishedOutput(results), incomplete: JSON.stringify(incomplete), 'report-path': file },
  }
  return { outputs, ...failureOf(results, inputs) }
}
