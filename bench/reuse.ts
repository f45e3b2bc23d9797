import { startArtifactService, type ArtifactService } from '../__tests__/support/artifact-service.ts'
import { runAction, runBuild, type BuildRun } from '../__tests__/support/e2e/run-action.ts'
import { emptyBuilder } from '../__tests__/support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../__tests__/support/e2e/workspace.ts'
import type { BenchResult } from './run.ts'

const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const

/** How the cache is kept. `none`: nowhere. */
type Strategy = 'layer' | 'manifest' | 'platform' | 'none'
const STRATEGIES: readonly Strategy[] = ['layer', 'manifest', 'platform', 'none']

const APPS = ['a', 'b'] as const
const LIGHTS = ['small', 'large'] as const
const CORES = ['cpu', 'gpu'] as const

const steps = (layer: string, variant: string): string =>
  ['one', 'two'].map((step) => `RUN echo <salt> ${layer} ${variant} ${step} > /${layer}-${step}\n`).join('')

const layerOf = (name: string, variants: readonly string[]): string =>
  `  ${name}: { variants: { ${variants.map((variant) => `${variant}: { fragment: ${name}/${variant}.Dockerfile }`).join(', ')} } }`

/** 8 manifests of 4 layers with 2 steps each: 1 × 2 × 2 × 2 variants, so 64 positions of 30 distinct steps a platform. */
const factory = (strategy: Strategy): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [${PLATFORMS.join(', ')}]
id: '{app}-{light}-{core}'
layers:
  base: { variants: { busybox: { from: '<base>' } } }
${layerOf('security', ['hard'])}
${layerOf('core', CORES)}
${layerOf('light', LIGHTS)}
${layerOf('app', APPS)}
manifests:
  all: { base: busybox, security: hard, core: '*', light: '*', app: '*' }
cache: { strategy: ${strategy === 'none' ? 'layer' : strategy} }
`,
  'security/hard.Dockerfile': steps('security', 'hard'),
  ...Object.fromEntries(CORES.map((name) => [`core/${name}.Dockerfile`, steps('core', name)])),
  ...Object.fromEntries(LIGHTS.map((name) => [`light/${name}.Dockerfile`, steps('light', name)])),
  ...Object.fromEntries(APPS.map((name) => [`app/${name}.Dockerfile`, steps('app', name)])),
})

const IDS = APPS.flatMap((app) => LIGHTS.flatMap((light) => CORES.map((core) => `${app}-${light}-${core}`)))

/** A leg, as the inputs of the job that builds it. */
type LegInputs = Readonly<Record<string, string>>

/** What people do without a plan: a job for each image and platform. */
const NAIVE: readonly LegInputs[] = IDS.flatMap((only) => PLATFORMS.map((platforms) => ({ only, platforms })))

const matrixOf = (outputs: Readonly<Record<string, string>>, name: string): readonly LegInputs[] => {
  if (outputs[`has-${name}`] !== 'true') return []
  const { include } = JSON.parse(outputs[name] ?? '{}') as { readonly include: readonly object[] }
  return include.map((leg) => ({ leg: JSON.stringify(leg) }))
}

/** The legs of a plan in the order of its waves. No step may run in two of them. */
const plannedLegs = async (space: Workspace, { env }: ArtifactService): Promise<readonly LegInputs[]> => {
  const { code, outputs, log } = await runAction(space, { action: 'plan', env, inputs: { repeat: 'never' } })
  if (code !== 0) throw new Error(`the plan failed:\n${log}`)
  return ['wave-1', 'wave-2', 'wave-3', 'matrix'].flatMap((name) => matrixOf(outputs, name))
}

type Count = Readonly<Record<string, number>>

const NOTHING: Count = Object.fromEntries(PLATFORMS.map((platform) => [platform, 0]))

/** Distinct steps that ran in a leg, by platform: a vertex counts once, however many targets have it. */
const ranIn = ({ results }: BuildRun): Count =>
  Object.fromEntries(
    PLATFORMS.map((platform) => {
      const items = results.items.filter((item) => item.platform === platform)
      const ran = items.flatMap((item) => item.steps.filter(({ outcome }) => outcome === 'run'))
      return [platform, new Set(ran.map(({ vertex }) => vertex)).size]
    }),
  )

const add = (a: Count, b: Count): Count =>
  Object.fromEntries(PLATFORMS.map((platform) => [platform, (a[platform] ?? 0) + (b[platform] ?? 0)]))

/** Builds every leg on a builder that knows nothing, one after the other, and counts the steps that ran. */
const buildLegs = async (
  space: Workspace,
  legs: readonly LegInputs[],
  { env }: ArtifactService,
): Promise<{ readonly ran: Count; readonly legs: number }> => {
  let ran = NOTHING
  for (const inputs of legs) {
    await emptyBuilder()
    const run = await runBuild(space, { env, inputs })
    if (run.code !== 0) throw new Error(`a leg failed:\n${run.log}`)
    ran = add(ran, ranIn(run))
  }
  return { ran, legs: legs.length }
}

const total = (count: Count): number => Object.values(count).reduce((sum, each) => sum + each, 0)

const measure = async (strategy: Strategy) => {
  await using service = await startArtifactService()
  await using space = await createWorkspace(factory(strategy))
  const legsNow = async (): Promise<readonly LegInputs[]> => {
    if (strategy === 'layer') return plannedLegs(space, service)
    return strategy === 'none' ? NAIVE.map((leg) => ({ ...leg, cache: 'false' })) : NAIVE
  }
  const cold = await buildLegs(space, await legsNow(), service)
  const warm = await buildLegs(space, await legsNow(), service)
  process.stderr.write(
    `${strategy}: ${total(cold.ran)} steps ran in ${cold.legs} legs, then ${total(warm.ran)} in ${warm.legs}\n`,
  )
  return { cold, warm }
}

/** Distinct steps of everything, as BuildKit itself merges them: the vertices of one bake call without any cache. */
const countUnique = async (): Promise<Count> => {
  await using space = await createWorkspace(factory('none'))
  await emptyBuilder()
  return ranIn(await runBuild(space, { inputs: { cache: 'false' } }))
}

/**
 * Steps that run over all legs of a matrix, each on a cold builder, first with an empty cache and then with nothing
 * changed, for each cache strategy. With `layer` the legs are those of the plan, with all others one for each image.
 */
export const reuse = async (): Promise<BenchResult> => {
  const unique = await countUnique()
  const measured: [Strategy, Awaited<ReturnType<typeof measure>>][] = []
  for (const strategy of STRATEGIES) measured.push([strategy, await measure(strategy)])
  const pick = (of: (count: Count) => number) =>
    Object.fromEntries(
      measured.map(([strategy, { cold, warm }]) => [strategy, { cold: of(cold.ran), warm: of(warm.ran) }]),
    )
  return {
    bench: 'reuse',
    unique: total(unique),
    strategies: pick(total),
    legs: Object.fromEntries(
      measured.map(([strategy, { cold, warm }]) => [strategy, { cold: cold.legs, warm: warm.legs }]),
    ),
    byPlatform: Object.fromEntries(
      PLATFORMS.map((platform) => [
        platform,
        { unique: unique[platform], strategies: pick((count) => count[platform] ?? 0) },
      ]),
    ),
  }
}
