import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import type { Plan } from '../../src/plan/plan.ts'
import { parsePlan } from '../../src/plan/parse-plan.ts'
import { type ArtifactService, startArtifactService } from '../support/artifact-service.ts'
import { deleteBlobsOf, deletePushedTag, listPushedTags } from '../support/e2e/registry-content.ts'
import { type ActionRun, type BuildRun, PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { buildxBuild, emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/**
 * Three apps on one core of five steps, on one base: 8 distinct steps a platform. Whatever a test does not speak of is
 * as it is here.
 */
const factory = ({ platforms = 'linux/amd64', contexts = '' } = {}): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [${platforms}]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile${contexts} } } }
  app: { variants-from: 'apps/*/Dockerfile' }
manifests:
  all: { base: busybox, core: tools, app: '*' }
`,
  'core.Dockerfile': `ARG PARENT
FROM \${PARENT}
RUN mkdir /core && echo <salt> > /core/one
COPY conf/ /etc/e2e/
RUN echo two > /core/two
RUN echo three > /core/three
RUN echo four > /core/four
ENV CORE=5
`,
  'conf/limits.conf': 'limits <salt>\n',
  ...Object.fromEntries(
    ['eat', 'play', 'sleep'].map((app) => [`apps/${app}/Dockerfile`, `RUN echo ${app} "$CORE" > /${app}\n`]),
  ),
})

const AMD64 = 8

/** Which steps ran, as `layer:line`, each once. */
const ran = ({ results }: BuildRun): readonly string[] => [
  ...new Set(
    results.items.flatMap(({ steps }) =>
      steps.filter(({ outcome }) => outcome === 'run').map(({ layer, variant, line }) => `${layer} ${variant}:${line}`),
    ),
  ),
]

/** Builds everything on an emptied builder, so that nothing but the registry remembers. */
const rebuild = async (space: Workspace, step: Parameters<typeof runBuild>[1] = {}): Promise<BuildRun> => {
  await emptyBuilder()
  const run = await runBuild(space, step)
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

const layersOf = (tags: readonly string[]): readonly string[] => tags.map((tag) => tag.replace(/-[0-9a-f]{16}$/, ''))

const planOf = ({ outputs }: ActionRun): Plan => parsePlan(readFileSync(outputs['plan-path'] ?? '', 'utf8'), 'plan')

/** Legs of a matrix output, each as `toJSON(matrix)` gives it. */
const legsOf = ({ outputs }: ActionRun, name: string): readonly string[] => {
  if (outputs[`has-${name}`] !== 'true') return []
  const { include } = JSON.parse(outputs[name] ?? '{}') as { readonly include: readonly object[] }
  return include.map((leg) => JSON.stringify(leg))
}

const planOn = async (space: Workspace, service: ArtifactService, inputs: Texts = {}): Promise<ActionRun> => {
  const run = await runAction(space, { action: 'plan', env: service.env, inputs })
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

/** Builds one leg after the other, each on a cold builder, as jobs do that have only the registry in common. */
const buildLegs = async (
  space: Workspace,
  legs: readonly string[],
  service: ArtifactService,
): Promise<readonly BuildRun[]> => {
  const runs: BuildRun[] = []
  for (const leg of legs) {
    await emptyBuilder()
    runs.push(await runBuild(space, { env: service.env, inputs: { leg, push: 'true' } }))
  }
  return runs
}

const stepsRun = (runs: readonly ActionRun[]): number =>
  runs.reduce((sum, { outputs }) => sum + Number(outputs['steps-run']), 0)

/** Inputs of a plan that takes every leg for free, so that the shared core needs a wave. */
const SPREAD = { 'max-parallel': '3', repeat: 'never', costs: 'costs.json' }

/** A results file in which every step of core took ten minutes, and those of the apps five. */
const COSTS = JSON.stringify({
  items: ['eat', 'play', 'sleep'].map((app) => ({
    platform: 'linux/amd64',
    steps: [
      ...['one', 'two', 'three', 'four', 'five'].map((text) => ({
        ...{ layer: 'core', variant: 'tools', file: 'core.Dockerfile', text, outcome: 'run', execMs: 600_000 },
      })),
      { layer: 'app', variant: app, file: `apps/${app}/Dockerfile`, text: app, outcome: 'run', execMs: 300_000 },
    ],
  })),
})

describe('content-named refs', () => {
  test('keep every prefix with steps once, and nothing runs or is written again', async () => {
    await using space = await createWorkspace(factory({ platforms: 'linux/amd64, linux/arm64' }))
    const first = await rebuild(space)
    expect(first).toMatchObject({ warnings: [], outputs: { 'steps-run': String(2 * AMD64), 'cached-steps': '0' } })
    const tags = await listPushedTags(space.cache)
    const each = ['app-linux-amd64', 'app-linux-amd64', 'app-linux-amd64', 'core-linux-amd64']
    expect(layersOf(tags)).toEqual([...each, ...each.map((tag) => tag.replace('amd64', 'arm64'))].sort())
    expect(first.results.items.flatMap(({ cacheTo }) => cacheTo.map(({ written }) => written))).toEqual(
      tags.map(() => true),
    )

    const second = await rebuild(space)
    expect(second).toMatchObject({ warnings: [], outputs: { 'steps-run': '0', 'cache-hit-ratio': '1' } })
    expect(second.results.items.flatMap(({ cacheTo }) => cacheTo)).toEqual([])
    expect(second.results.items.map(({ cacheFrom }) => cacheFrom.length)).toEqual(second.results.items.map(() => 1))
    expect(await listPushedTags(space.cache)).toEqual(tags)
  })

  test('of an earlier build let a change to the last step of a layer run that step alone', async () => {
    await using space = await createWorkspace(factory())
    await rebuild(space, { inputs: { only: '*eat*' } })
    const core = factory()['core.Dockerfile'] ?? ''
    await space.write({ 'core.Dockerfile': core.replace('echo four', 'echo vier') })
    const run = await rebuild(space, { inputs: { only: '*eat*' } })
    // And what stands above it, which is one step.
    expect(ran(run)).toEqual(['core tools:7', 'app eat:1'])
    expect(run.results.disagreed.steps).toBe(0)
    expect(layersOf(await listPushedTags(space.cache))).toEqual([
      ...['app-linux-amd64', 'app-linux-amd64', 'core-linux-amd64', 'core-linux-amd64'],
    ])
    expect((await rebuild(space, { inputs: { only: '*eat*' } })).outputs['steps-run']).toBe('0')
  })

  test('serve a work item that nobody built before with what others have built', async () => {
    await using space = await createWorkspace(factory())
    await rebuild(space, { inputs: { only: '*eat*' } })
    expect(ran(await rebuild(space, { inputs: { only: '*play*' } }))).toEqual(['app play:1'])
  })

  test('that are gone are found in those above them, and written again', async () => {
    await using space = await createWorkspace(factory())
    await rebuild(space, { inputs: { only: '*eat*' } })
    const [tag = ''] = (await listPushedTags(space.cache)).filter((each) => each.startsWith('core'))
    await deletePushedTag(space.cache, tag)
    expect(ran(await rebuild(space))).toEqual(['app play:1', 'app sleep:1'])
    expect(await listPushedTags(space.cache)).toContain(tag)
  })

  test('are read and not written by a pull request', async () => {
    await using space = await createWorkspace(factory())
    await rebuild(space, { inputs: { only: '*eat*' } })
    const tags = await listPushedTags(space.cache)
    const run = await rebuild(space, { event: PULL_REQUEST })
    expect(ran(run)).toEqual(['app play:1', 'app sleep:1'])
    expect(await listPushedTags(space.cache)).toEqual(tags)
  })
})

describe('a ref that does not hold what it promises', () => {
  test('heals when its registry has lost a blob', async () => {
    await using space = await createWorkspace(factory())
    await rebuild(space, { inputs: { push: 'true' } })
    const [tag = ''] = (await listPushedTags(space.cache)).filter((each) => each.startsWith('app'))
    await deleteBlobsOf(space.cache, tag)
    const run = await rebuild(space, { inputs: { push: 'true' } })
    expect(run.warnings.map(({ message }) => message)).toEqual([expect.stringContaining('has lost')])
    const again = await rebuild(space, { inputs: { push: 'true' } })
    expect(again).toMatchObject({ warnings: [], outputs: { 'steps-run': '0' } })
  })

  test('heals when an image behind it has moved', async () => {
    const contexts = `, contexts: { tool: 'docker-image://<registry>/e2e-<salt>-tool:1' }`
    const core = `${factory()['core.Dockerfile'] ?? ''}COPY --from=tool /tool /core/tool\n`
    await using space = await createWorkspace({
      ...factory({ contexts }),
      'core.Dockerfile': core,
      'tool.Dockerfile': 'FROM scratch\nCOPY tool /tool\n',
      tool: 'one <salt>\n',
    })
    const pushTool = (): Promise<string> =>
      buildxBuild('--file', `${space.path}/tool.Dockerfile`, '--push', '--tag', `${space.image}-tool:1`, space.path)
    await pushTool()
    await rebuild(space)
    await space.write({ tool: 'another <salt>\n' })
    await pushTool()
    const run = await rebuild(space)
    expect(ran(run)).toEqual(['core tools:9', 'app eat:1', 'app play:1', 'app sleep:1'])
    expect(run.results.disagreed).toMatchObject({ steps: 4, refs: [{ layer: 'core', written: true }, {}, {}, {}] })
    expect((await rebuild(space)).outputs['steps-run']).toBe('0')
  })
})

describe('legs', () => {
  test('that have only the registry in common run every step once', async () => {
    await using service = await startArtifactService()
    await using space = await createWorkspace({ ...factory(), 'costs.json': COSTS })
    const plan = await planOn(space, service, SPREAD)
    const [wave, legs] = [legsOf(plan, 'wave-1'), legsOf(plan, 'matrix')]
    expect([wave.length, legs.length]).toEqual([1, 3])
    const [built, ...images] = await buildLegs(space, [...wave, ...legs], service)
    expect(built?.results).toMatchObject({ kind: 'wave', items: [{ status: 'built', images: [] }] })
    expect([built?.outputs['steps-run'], stepsRun(images)]).toEqual(['5', 3])
    expect(images.map(({ results }) => results.items.map(({ status }) => status))).toEqual([
      ...[['built'], ['built'], ['built']],
    ])
    const reported = await runAction(space, { action: 'report', env: service.env })
    const all = { 'steps-unique': String(AMD64), 'steps-run': String(AMD64), 'cache-hit-ratio': '0' }
    expect(reported).toMatchObject({ code: 0, warnings: [], outputs: all })
    expect(reported.summary).toContain('wave 1')
    const kept = (await listPushedTags(`${space.cache}-records`)).filter((tag) => tag.startsWith('run-'))
    expect(kept).toHaveLength(4)

    const warm = await planOn(space, service, SPREAD)
    expect(planOf(warm).forecast).toMatchObject({ unique: AMD64, warm: AMD64, cold: 0 })
    expect(legsOf(warm, 'wave-1')).toEqual([])
    expect(stepsRun(await buildLegs(space, legsOf(warm, 'matrix'), service))).toBe(0)
    const after = (await listPushedTags(`${space.cache}-records`)).filter((tag) => tag.startsWith('run-'))
    expect(after).toEqual(kept)
  })

  test('are skipped at once when what they wait for has failed', async () => {
    await using service = await startArtifactService()
    const core = `${factory()['core.Dockerfile'] ?? ''}RUN exit 7\n`
    await using space = await createWorkspace({ ...factory(), 'core.Dockerfile': core, 'costs.json': COSTS })
    const plan = await planOn(space, service, SPREAD)
    const [built, ...images] = await buildLegs(space, [...legsOf(plan, 'wave-1'), ...legsOf(plan, 'matrix')], service)
    expect(built).toMatchObject({ code: 1, outputs: { 'steps-run': '6' } })
    expect(images.map(({ code, outputs }) => [code, outputs['steps-run']])).toEqual(images.map(() => [1, '0']))
    const message = 'skipped: core tools failed in leg "amd64 · wave 1 · tools"'
    expect(images.map(({ results }) => results.items[0]?.error?.message)).toEqual(images.map(() => message))
  })

  test('build what was there when they were planned and is gone', async () => {
    await using service = await startArtifactService()
    await using space = await createWorkspace(factory())
    await rebuild(space, { inputs: { only: '*eat*' } })
    const plan = await planOn(space, service)
    for (const tag of await listPushedTags(space.cache)) await deletePushedTag(space.cache, tag)
    const runs = await buildLegs(space, legsOf(plan, 'matrix'), service)
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0))
    expect(layersOf(await listPushedTags(space.cache))).toEqual([
      ...['app-linux-amd64', 'app-linux-amd64', 'app-linux-amd64', 'core-linux-amd64'],
    ])
    expect((await rebuild(space)).outputs['steps-run']).toBe('0')
  })
})
