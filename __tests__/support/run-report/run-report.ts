import type { Platform } from '../../../src/oci/platform.ts'
import type { ReportItem, ReportPrefix, ReportStep, RunReport } from '../../../src/report/run-report.ts'
import { between, makeChance, wholeBetween, type Chance } from '../cold-work.ts'
import { fileOf, instructionsOf, LAYERS, listCombinations, type Choice, type Combination } from './factory.ts'
import { legsOf, spanOf, trendOf } from './legs.ts'
import { missesOf, paysOf, poolsOf } from './sums.ts'
import { outcomesOf, reasonOf } from './story.ts'

/** How large a run is. */
export type RunShape = {
  readonly seed: number
  readonly manifests: number
  readonly platforms: readonly Platform[]
  /** Work items of a leg. */
  readonly batch: number
  /** Nothing changed, failed or went missing. */
  readonly quiet: boolean
}

const SHAPE: RunShape = { seed: 1, manifests: 84, platforms: ['linux/amd64', 'linux/arm64'], batch: 24, quiet: false }

type Growing = { readonly shape: RunShape; readonly chance: Chance; readonly prefixes: Map<string, ReportPrefix> }

const hexOf = (chance: Chance, length: number): string =>
  Array.from({ length }, () => Math.floor(chance() * 16).toString(16)).join('')

const isHeavy = (text: string): boolean => /install|upgrade/.test(text)

const growSteps = (
  { chance, shape }: Growing,
  choices: readonly Choice[],
  platform: Platform,
  reason: ReportPrefix['reason'],
): readonly ReportStep[] => {
  const texts = instructionsOf(choices.at(-1) ?? { layer: '', variant: '' })
  const outcomes = outcomesOf(choices, platform, texts.length, shape.quiet ? undefined : reason)
  return texts.map((text, index) => {
    const outcome = outcomes[index] ?? 'hit'
    const [low, high] = isHeavy(text) ? [9_000, 90_000] : [60, 900]
    const execMs = outcome === 'run' || outcome === 'failed' ? Math.round(between(chance, low, high)) : 0
    const loadMs = outcome === 'hit' ? Math.round(between(chance, 0, isHeavy(text) ? 900 : 60)) : 0
    return { line: 3 + 2 * index, text, outcome, execMs, loadMs, repeats: 0 }
  })
}

/** The prefix of some choices; it grows where no work item before had it. */
const growPrefix = (
  growing: Growing,
  choices: readonly Choice[],
  platform: Platform,
  parent: ReportPrefix | undefined,
): ReportPrefix => {
  const { shape, chance, prefixes } = growing
  const id = JSON.stringify([platform, choices])
  const known = prefixes.get(id)
  const choice = choices.at(-1) ?? { layer: '', variant: '' }
  const reason = shape.quiet ? undefined : reasonOf(choices, platform, parent)
  const prefix = known ?? {
    key: hexOf(chance, 64),
    ...(parent === undefined ? {} : { parent: parent.key }),
    ...{ platform, ...choice, file: fileOf(choice) },
    steps: growSteps(growing, choices, platform, reason),
    items: 0,
    ...(reason === undefined ? {} : { reason }),
    costMs: instructionsOf(choice).length * wholeBetween(chance, 4_000, 40_000),
  }
  const counted = { ...prefix, items: prefix.items + 1 }
  prefixes.set(id, counted)
  return counted
}

const growChain = (growing: Growing, { choices }: Combination, platform: Platform): readonly ReportPrefix[] => {
  const chain: ReportPrefix[] = []
  for (const [index, choice] of choices.entries()) {
    if (instructionsOf(choice).length === 0) continue
    chain.push(growPrefix(growing, choices.slice(0, index + 1), platform, chain.at(-1)))
  }
  return chain
}

const growItem = (
  { chance, shape }: Growing,
  { id, choices }: Combination,
  platform: Platform,
  chain: readonly ReportPrefix[],
  number: number,
): ReportItem => {
  const steps = chain.flatMap((prefix) => prefix.steps).filter(({ outcome }) => outcome !== 'skipped')
  const missed = chain.find(({ reason }) => reason !== undefined)
  const batch = Math.floor(number / shape.batch)
  const gone =
    !shape.quiet && platform === 'linux/arm64' && batch > 0 && batch === Math.floor((shape.manifests - 1) / shape.batch)
  const failed = steps.some(({ outcome }) => outcome === 'failed')
  const top = chain.at(-1)?.key
  return {
    ...{ manifestId: id, aliases: number === 0 ? ['latest'] : [], platform, variants: choices },
    verdict: gone ? 'missing' : failed ? 'failed' : 'built',
    leg: `${platform.replace('linux/', '')}-batch ${batch + 1}`,
    pool: platform,
    ...(gone || failed ? {} : { digest: `sha256:${hexOf(chance, 64)}` }),
    published: gone || failed ? [] : [`ghcr.io/acme/llm-factory:${id}`],
    ...(top === undefined ? {} : { top }),
    totalSteps: gone ? 0 : steps.length,
    cachedSteps: gone ? 0 : steps.filter(({ outcome }) => outcome === 'hit').length,
    durationMs: gone ? 0 : steps.reduce((sum, { execMs, loadMs }) => sum + execMs + loadMs, 1_500),
    ...(gone || missed?.reason === undefined
      ? {}
      : { firstMiss: `${missed.layer}: ${missed.reason.subject ?? ''} changed` }),
    ...(failed
      ? {
          error:
            'ERROR: No matching distribution found for torch==2.9.1\nprocess "/bin/sh -c pip install" did not complete successfully: exit code: 1',
        }
      : {}),
  }
}

const growWork = (growing: Growing) => {
  const { shape } = growing
  const combinations = listCombinations(shape.manifests)
  const pairs = shape.platforms.flatMap((platform) =>
    combinations.map((combination, number) => ({ platform, combination, number })),
  )
  const chains = pairs.map(({ platform, combination }) => growChain(growing, combination, platform))
  const items = pairs.map(({ platform, combination, number }, index) =>
    growItem(growing, combination, platform, chains[index] ?? [], number),
  )
  // Counting made new values of prefixes, so chains take the last of each.
  const final = new Map([...growing.prefixes.values()].map((prefix) => [prefix.key, prefix]))
  return {
    items,
    prefixes: [...final.values()],
    chains: chains.map((chain) => chain.flatMap(({ key }) => final.get(key) ?? [])),
  }
}

/** A run of a factory of five layers in which a fragment changed, a file did, a ref is gone, and an image fails; from a seed. */
export const growRunReport = (changes: Partial<RunShape> = {}): RunReport => {
  const shape = { ...SHAPE, ...changes }
  const chance = makeChance(shape.seed)
  const { items, prefixes, chains } = growWork({ shape, chance, prefixes: new Map() })
  const steps = prefixes.flatMap((prefix) => prefix.steps).filter(({ outcome }) => outcome !== 'skipped')
  const cached = steps.filter(({ outcome }) => outcome === 'hit').length
  const counts = { total: steps.length, cached }
  const hitRatio = steps.length === 0 ? 1 : cached / steps.length
  const execMs = steps.reduce((sum, step) => sum + step.execMs, 0)
  const legs = legsOf({ platforms: shape.platforms, prefixes }, items, chains, chance)
  const span = spanOf(legs)
  const url = 'https://github.com/acme/llm-factory/actions/runs/1234567890'
  const stepsRun = counts.total - cached
  const trend = trendOf(
    { hitRatio, stepsRun, counts, url },
    Date.parse(span.finishedAt) - Date.parse(span.startedAt),
    chance,
  )
  return {
    ...{ name: 'llm-factory', factory: 'strata.yaml', url, branch: 'main', commit: '4be12f09c7d3a1e8' },
    ...{ ...span, counts, hitRatio, stepsRun, repeats: 0 },
    positions: items.reduce((sum, { totalSteps }) => sum + totalSteps, 0),
    savedMs: items.reduce(
      (sum, { totalSteps, cachedSteps }) => sum + totalSteps * 16_000 - (totalSteps - cachedSteps) * 4_000,
      0,
    ),
    savedBasis: 'measured times of 92 % of the steps, an average for the others, and no sharing between work items',
    ...{ execMs, downloadedBytes: 48_000_000 * legs.length, addedBytes: stepsRun * 11_300_000 },
    ...{ layers: LAYERS, platforms: shape.platforms, prefixes, items },
    ...{ misses: missesOf(prefixes), pools: poolsOf(prefixes), legs, pays: paysOf(LAYERS, prefixes), trend },
    jobs: [
      { name: 'plan', result: 'success' },
      { name: 'build', result: shape.quiet ? 'success' : 'failure' },
    ],
    disagreed: prefixes.filter(({ reason }) => reason?.kind === 'disagreed').length,
  }
}

/** A small run on one platform, and what differs from it. */
export const sampleRunReport = (changes: Partial<RunReport> = {}): RunReport => ({
  ...growRunReport({ manifests: 2, platforms: ['linux/amd64'] }),
  ...changes,
})

/** Texts that are not from outside: words of our own that the types name, and times. */
const OURS = new Set([
  'kind',
  'outcome',
  'verdict',
  'status',
  'startedAt',
  'result',
  'finishedAt',
  'completedAt',
  'key',
  'parent',
  'top',
])

/** A run in which everything that has a name has this one. */
export const hostileRunReport = (text: string): RunReport => {
  const report = growRunReport({ manifests: 8 })
  const names = JSON.stringify(report, (name, value: unknown) => {
    if (typeof value === 'string') return OURS.has(name) ? value : text
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.map(() => text) : value
  })
  return JSON.parse(names) as RunReport
}
