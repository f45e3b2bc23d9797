import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parsePlan } from '../../src/plan/parse-plan.ts'
import type { PlannedPrefix } from '../../src/plan/prefixes.ts'
import { startBuildkitd, whyNoBuildkitd, type Buildkitd } from '../support/e2e/buildkitd.ts'
import { machineState } from '../support/e2e/machine-state.ts'
import { deleteBlobsOf, deletePushedTag, listPushedTags } from '../support/e2e/registry-content.ts'
import { runAction, runBuild, type ActionRun, type BuildRun } from '../support/e2e/run-action.ts'
import { testbed } from '../support/e2e/testbed.ts'
import { describeUnless } from '../support/e2e/when.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

const GPU_POOL = 'linux/amd64+cuda'

/** An app for every pool on a core of three steps. Each pool has a BuildKit of its own, and one a cache repository too. */
const factory = ({ plain, gpu }: { readonly plain: Buildkitd; readonly gpu: Buildkitd }): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile } } }
  app:
    variants:
      serve: { fragment: serve.Dockerfile }
      train: { fragment: train.Dockerfile, accelerator: cuda }
manifests:
  serve: { base: busybox, core: tools, app: serve }
  train: { base: busybox, core: tools, app: train }
pools:
  linux/amd64:
    runs-on: ubuntu-24.04
    builder: { driver: remote, endpoint: '${plain.socket}' }
  ${GPU_POOL}:
    runs-on: [self-hosted, gpu]
    builder: { driver: remote, endpoint: '${gpu.socket}' }
    cache: { ref: <registry>/e2e-<salt>-gpu-cache }
`,
  'core.Dockerfile': ['one <salt>', 'two', 'three'].map((text) => `RUN echo ${text} >> /core\n`).join(''),
  'serve.Dockerfile': 'RUN echo serve > /serve\n',
  'train.Dockerfile': 'RUN echo train > /train\n',
})

/** A results file in which the steps of core took so long that none may run twice. */
const COSTS = JSON.stringify({
  items: [
    {
      platform: 'linux/amd64',
      steps: ['one', 'two', 'three'].map((text) => ({
        ...{ layer: 'core', variant: 'tools', file: 'core.Dockerfile', text, outcome: 'run', execMs: 600_000 },
      })),
    },
  ],
})

/** Makes a plan, which must not say in any matrix where something is. */
const planOn = async (space: Workspace, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> => {
  const run = await runAction(space, { action: 'plan', inputs })
  expect(run).toMatchObject({ code: 0, errors: [] })
  const matrices = Object.entries(run.outputs).filter(([name]) => !name.endsWith('-path'))
  expect(JSON.stringify(matrices)).not.toContain(testbed.registry)
  expect(JSON.stringify(matrices)).not.toContain('unix://')
  return run
}

const statesOf = ({ outputs }: ActionRun): Readonly<Record<string, readonly string[]>> => {
  const { prefixes, items } = parsePlan(readFileSync(outputs['plan-path'] ?? '', 'utf8'), 'plan')
  const nameOf = ({ layer, state }: PlannedPrefix): string => `${layer} ${state}`
  const byItem = Map.groupBy(prefixes, ({ item }) => items[item]?.manifestId ?? '')
  return Object.fromEntries([...byItem].map(([manifestId, list]) => [manifestId, list.map(nameOf)]))
}

type Leg = { readonly id: string; readonly pool: string }

const legsOf = ({ outputs }: ActionRun, matrix: string): readonly Leg[] =>
  outputs[`has-${matrix}`] === 'true'
    ? (JSON.parse(outputs[matrix] ?? '{}') as { include: readonly Leg[] }).include
    : []

/** Builds a leg of a plan, with whatever builder its pool asks for. */
const buildLeg = async (space: Workspace, { outputs }: ActionRun, leg: Leg): Promise<BuildRun> => {
  const inputs = { builder: '', push: 'true', leg: JSON.stringify(leg), 'plan-path': outputs['plan-path'] ?? '' }
  const run = await runBuild(space, { inputs })
  expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
  return run
}

/** Layers of the refs that a repository has. */
const layersIn = async (repository: string): Promise<readonly string[]> =>
  (await listPushedTags(repository)).map((tag) => tag.replace(/-linux-amd64-[0-9a-f]{16}$/, ''))

const removeCache = async (repository: string): Promise<void> => {
  const tags = await listPushedTags(repository)
  for (const tag of tags) await deleteBlobsOf(repository, tag).catch(() => undefined)
  for (const tag of tags) await deletePushedTag(repository, tag)
}

describeUnless(whyNoBuildkitd(), 'a pool with a cache repository of its own', () => {
  let before: Awaited<ReturnType<typeof machineState>>
  beforeEach(async () => {
    before = await machineState()
  })
  afterEach(async () => {
    expect(await machineState()).toEqual(before)
  })

  test('reads what the plain pool has built, keeps it in its own, and does without the plain one then', async () => {
    await using plain = await startBuildkitd()
    await using gpu = await startBuildkitd()
    await using space = await createWorkspace(factory({ plain, gpu }))
    const own = `${space.cache.replace(/-cache$/, '')}-gpu-cache`

    const first = await planOn(space, { only: 'serve' })
    const [leg = { id: '', pool: '' }] = legsOf(first, 'matrix')
    expect((await buildLeg(space, first, leg)).outputs['steps-run']).toBe('4')
    expect(await layersIn(space.cache)).toEqual(['app', 'core'])

    const second = await planOn(space, { only: 'train' })
    expect(statesOf(second)).toEqual({ train: ['core covered', 'app cold'] })
    expect(second.log).toContain(
      `Cache of pool ${GPU_POOL}: ${own}, as the pool in the factory file says; ${space.cache} is read as well`,
    )
    const [gpuLeg = { id: '', pool: '' }] = legsOf(second, 'matrix')
    const built = await buildLeg(space, second, gpuLeg)
    expect(built.log).toContain(`Starting a remote builder: driver, endpoint of pool ${GPU_POOL}`)
    expect(built).toMatchObject({ outputs: { 'steps-run': '1' }, results: { builder: { driver: 'remote' } } })
    expect(await layersIn(own)).toEqual(['app', 'core'])
    expect(await layersIn(space.cache)).toEqual(['app', 'core'])

    await removeCache(space.cache)
    await using cold = await startBuildkitd()
    await space.write(factory({ plain, gpu: cold }))
    const third = await planOn(space, { only: 'train' })
    expect(statesOf(third)).toEqual({ train: ['core warm', 'app warm'] })
    const [again = { id: '', pool: '' }] = legsOf(third, 'matrix')
    expect((await buildLeg(space, third, again)).outputs['steps-run']).toBe('0')
    expect(await cold.records()).toBeGreaterThan(0)
  })

  test('waits for what the plain pool builds for both, so that its steps run once', async () => {
    await using plain = await startBuildkitd()
    await using gpu = await startBuildkitd()
    await using space = await createWorkspace({ ...factory({ plain, gpu }), 'costs.json': COSTS })
    const planned = await planOn(space, { costs: 'costs.json' })
    const [wave, legs] = [legsOf(planned, 'wave-1'), legsOf(planned, 'matrix')]
    expect(wave.map(({ pool }) => pool)).toEqual(['linux/amd64'])
    expect(legs.map(({ pool }) => pool).toSorted()).toEqual(['linux/amd64', GPU_POOL])
    expect(planned.summary).toContain('this plan runs 5')

    const steps: string[] = []
    for (const each of [...wave, ...legs.toSorted((a, b) => (a.pool < b.pool ? -1 : 1))]) {
      steps.push(`${each.pool} ${(await buildLeg(space, planned, each)).outputs['steps-run'] ?? ''}`)
    }
    expect(steps).toEqual(['linux/amd64 3', 'linux/amd64 1', `${GPU_POOL} 1`])
    expect(await layersIn(`${space.cache.replace(/-cache$/, '')}-gpu-cache`)).toEqual(['app', 'core'])
    const later = await planOn(space)
    expect(statesOf(later)).toEqual({ serve: ['core warm', 'app warm'], train: ['core warm', 'app warm'] })
  })
})
