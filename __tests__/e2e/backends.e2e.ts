import { describe, expect, test } from '@jest/globals'
import { readdir, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { startArtifactService, TOKEN } from '../support/artifact-service.ts'
import { cacheRoutes } from '../support/cache-service.ts'
import { checkOutExample } from '../support/e2e/example-workspace.ts'
import { type ActionRun, type ActionStep, type BuildRun, runAction, runBuild } from '../support/e2e/run-action.ts'
import { emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** Two apps on one core: 4 distinct steps. */
const factory = (settings: string): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
${settings}
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile } } }
  app: { variants-from: 'apps/*/Dockerfile' }
manifests:
  all: { base: busybox, core: tools, app: '*' }
`,
  'core.Dockerfile': 'RUN echo <salt> > /one\nRUN echo two > /two\n',
  'apps/eat/Dockerfile': 'RUN echo eat > /eat\n',
  'apps/play/Dockerfile': 'RUN echo play > /play\n',
})

const rebuild = async (space: Workspace, step: ActionStep = {}): Promise<BuildRun> => {
  await emptyBuilder()
  const run = await runBuild(space, step)
  expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
  return run
}

/** Folders of refs, without their keys. */
const foldersIn = async (home: string): Promise<readonly string[]> =>
  (await readdir(home))
    .filter((name) => !name.includes('.'))
    .map((name) => name.replace(/-[0-9a-f]{16}$/, ''))
    .sort()

describe('backend local', () => {
  test('is there without a registry, runs nothing again, heals, and comes back on another machine', async () => {
    const cache = cacheRoutes(TOKEN)
    await using service = await startArtifactService(cache.answer)
    await using space = await createWorkspace(factory(''))
    const env = { ...service.env, ACTIONS_CACHE_SERVICE_V2: 'True' }
    const home = join(space.temporary, 'cache', 'strata', `e2e-${space.salt}`)
    expect(await rebuild(space, { env })).toMatchObject({ outputs: { 'steps-run': '4' } })
    expect(await foldersIn(home)).toEqual(['app-linux-amd64', 'app-linux-amd64', 'core-linux-amd64'])

    expect(await rebuild(space, { env })).toMatchObject({ outputs: { 'steps-run': '0', 'cached-steps': '6' } })

    // A blob is gone: the folder counts no more, and is written again.
    const [app = ''] = (await readdir(home)).filter((name) => name.startsWith('app-'))
    const blobs = join(home, app, 'blobs', 'sha256')
    for (const blob of await readdir(blobs)) await unlink(join(blobs, blob))
    await space.write({ 'apps/play/Dockerfile': 'RUN echo play again > /play\n' })
    const changed = await rebuild(space, { env })
    expect(Number(changed.outputs['steps-run'])).toBeLessThanOrEqual(2)
    expect(changed.results.items.flatMap(({ cacheTo }) => cacheTo.map(({ written }) => written))).not.toContain(false)
    expect(changed.log).toContain('work items have a record of an earlier build')

    await rm(home, { recursive: true })
    expect(await rebuild(space, { env })).toMatchObject({ outputs: { 'steps-run': '0' } })
  })
})

test('examples/local runs without any registry, and a second time nothing of it', async () => {
  await using space = await checkOutExample('local')
  const first = await rebuild(space)
  expect(first).toMatchObject({ outputs: { 'steps-run': '2' } })
  expect(first.log).toContain("The cache in this machine's folder local holds")
  expect(await rebuild(space)).toMatchObject({ outputs: { 'steps-run': '0' } })
})

describe('backend local, with a folder that is named', () => {
  test.each(['manifest', 'platform'])('has refs of strategy %s', async (strategy) => {
    await using space = await createWorkspace({
      ...factory(`cache: { backend: local, strategy: ${strategy}, folder: .cache/strata }`),
      '.dockerignore': '.cache\n',
    })
    expect(await rebuild(space)).toMatchObject({ outputs: { 'steps-run': '4' } })
    expect(await rebuild(space)).toMatchObject({ outputs: { 'steps-run': '0' } })
    const all = ['eat-tools-busybox-linux-amd64', 'play-tools-busybox-linux-amd64']
    const folders = await foldersIn(join(space.path, '.cache/strata'))
    expect(folders).toEqual(strategy === 'platform' ? ['linux-amd64'] : all)
  })
})

describe('backend gha', () => {
  test('keeps each ref in a scope of its own', async () => {
    const cache = cacheRoutes(TOKEN)
    await using service = await startArtifactService(cache.answer)
    await using space = await createWorkspace(factory('cache: { backend: gha }'))
    const env = { ...service.env, ACTIONS_CACHE_SERVICE_V2: 'True' }
    const first = await rebuild(space, { env })
    expect(first).toMatchObject({ outputs: { 'steps-run': '4' } })
    expect(first.results.items.flatMap(({ cacheTo }) => cacheTo.map(({ written }) => written))).toEqual([
      true,
      true,
      true,
    ])
    const scopes = cache.entries.flatMap(({ key }) => /^index-(.+)-[0-9a-f]{16}-1-/.exec(key)?.[1] ?? [])
    expect(scopes.sort()).toEqual(['app-linux-amd64', 'app-linux-amd64', 'core-linux-amd64'])
    expect(first.log.replaceAll(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN)

    expect(await rebuild(space, { env })).toMatchObject({ outputs: { 'steps-run': '0', 'cached-steps': '6' } })

    await space.write({ 'apps/play/Dockerfile': 'RUN echo play again > /play\n' })
    expect(await rebuild(space, { env })).toMatchObject({ outputs: { 'steps-run': '1' } })

    const readOnly = { ...env, ACTIONS_CACHE_MODE: 'read' }
    const count = cache.entries.length
    await space.write({ 'apps/play/Dockerfile': 'RUN echo play more > /play\n' })
    expect(await rebuild(space, { env: readOnly })).toMatchObject({ outputs: { 'steps-run': '1' } })
    expect(cache.entries.length).toBe(count)
  })
})

/** Results in which every step took so long that none may run twice, and apps do not share a leg. */
const COSTS = JSON.stringify({
  items: [
    {
      platform: 'linux/amd64',
      steps: [
        ['core', 'tools', 'core.Dockerfile', 'RUN echo <salt> > /one'],
        ['core', 'tools', 'core.Dockerfile', 'RUN echo two > /two'],
        ['app', 'eat', 'apps/eat/Dockerfile', 'RUN echo eat > /eat'],
        ['app', 'play', 'apps/play/Dockerfile', 'RUN echo play > /play'],
      ].map(([layer, variant, file, text]) => ({ layer, variant, file, text, outcome: 'run', execMs: 1_200_000 })),
    },
  ],
})

const legsOf = ({ outputs }: ActionRun, matrix: string): readonly string[] => {
  if (outputs[`has-${matrix}`] !== 'true') return []
  const { include } = JSON.parse(outputs[matrix] ?? '{}') as { readonly include: readonly object[] }
  return include.map((leg) => JSON.stringify(leg))
}

describe('backend gha, over jobs', () => {
  test('what a wave leg wrote is what the legs of the plan build on, on other machines', async () => {
    const cache = cacheRoutes(TOKEN)
    await using service = await startArtifactService(cache.answer)
    await using space = await createWorkspace({ ...factory('cache: { backend: gha }'), 'costs.json': COSTS })
    const env = { ...service.env, ACTIONS_CACHE_SERVICE_V2: 'True' }
    const plan = await runAction(space, { action: 'plan', env, inputs: { costs: 'costs.json' } })
    expect(plan).toMatchObject({ code: 0, errors: [], warnings: [] })
    const [waves, legs] = [legsOf(plan, 'wave-1'), legsOf(plan, 'matrix')]
    expect([waves.length, legs.length]).toEqual([1, 2])

    const run: string[] = []
    for (const leg of [...waves, ...legs]) {
      const built = await rebuild(space, { env, inputs: { leg } })
      expect(built.log).toContain('from artifact')
      run.push(built.outputs['steps-run'] ?? '')
    }
    expect(run).toEqual(['2', '1', '1'])
  })
})

describe('backend inline', () => {
  test('is written with the image and read from it', async () => {
    await using space = await createWorkspace(factory('registry: <registry>\ncache: { backend: inline }'))
    const step = { inputs: { push: 'true' } }
    expect(await rebuild(space, step)).toMatchObject({ outputs: { 'steps-run': '4' } })
    expect(await rebuild(space, step)).toMatchObject({ outputs: { 'steps-run': '0' } })
    await space.write({ 'apps/play/Dockerfile': 'RUN echo play again > /play\n' })
    expect(await rebuild(space, step)).toMatchObject({ outputs: { 'steps-run': '1' } })
  })
})
