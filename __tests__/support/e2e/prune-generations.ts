import { expect } from '@jest/globals'
import { readFileSync } from 'node:fs'
import type { PruneReport } from '../../../src/report/prune/prune-report.ts'
import { backdate, copyBuild, openWorkbench, readBuilds } from './old-generations.ts'
import { type OwnRegistry, startOwnRegistry } from './own-registry.ts'
import { type ActionRun, runAction, runBuild } from './run-action.ts'
import { emptyBuilder } from './testbed.ts'
import { createWorkspace, type Texts, type Workspace } from './workspace.ts'

/** Two distinct steps of two layers on each of two platforms; `level` makes a generation. */
export const generationFactory = ({ host }: Pick<OwnRegistry, 'host'>, level: number): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: ${host}
platforms: [linux/amd64, linux/arm64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile, args: { LEVEL: ${level} } } } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, core: tools, app: serve }
`,
  'core.Dockerfile':
    'ARG PARENT\nFROM ${PARENT}\nARG LEVEL\nRUN head -c 20000 /dev/urandom > /core && echo ${LEVEL} <salt>\n',
  'app.Dockerfile': 'ARG PARENT\nFROM ${PARENT}\nRUN cat /core > /app\n',
})

/** Generations that are really built; the levels from 1 on. */
export const BUILT = 5
/** Of each platform; 200 with both. */
const GENERATIONS = 100
/** Of them, those that stay. */
export const KEPT = 3
/** Cache refs of a generation on both platforms. */
const REFS = 4

/** Builds a generation, which has to work. */
export const buildLevel = async (space: Workspace, registry: OwnRegistry, level: number) => {
  await space.write(generationFactory(registry, level))
  const run = await runBuild(space)
  expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
  return run.results
}

const runPrune = async (space: Workspace, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> =>
  runAction(space, { action: 'prune', inputs })

/** The report of a prune. */
export const reportOf = ({ outputs }: ActionRun): PruneReport =>
  JSON.parse(readFileSync(outputs['report-path'] ?? '', 'utf8')) as PruneReport

/** Five generations that were really built, and copies of the first, all older than a day. */
const fill = async (space: Workspace, registry: OwnRegistry): Promise<void> => {
  const bench = openWorkbench(`${registry.host}/e2e-${space.salt}-cache`)
  for (let level = 1; level <= BUILT; level++) await buildLevel(space, registry, level)
  const builds = await readBuilds(bench)
  expect(builds).toHaveLength(BUILT)
  await backdate(bench, builds, BUILT + 1)
  await copyBuild(bench, builds[0] ?? [], GENERATIONS - BUILT, BUILT + 1)
}

/**
 * Fills a registry of its own with 200 generations over two platforms, prunes it, has it collect its garbage, and builds
 * generations that stay on a cold builder.
 */
export const pruneGenerations = async (levels: readonly number[]): Promise<void> => {
  await using registry = await startOwnRegistry()
  await using space = await createWorkspace(generationFactory(registry, 1))
  await fill(space, registry)

  const asked = await runPrune(space)
  expect(asked.code).toBe(1)
  expect(asked.errors[0]?.message).toMatch(/it would delete 96 % of all refs.*confirm: true/)

  // What the test itself deleted to make builds older.
  await registry.collectGarbage()
  const before = await registry.blobBytes()
  const pruned = await runPrune(space, { confirm: 'true' })
  expect(pruned).toMatchObject({ code: 0, errors: [], warnings: [] })
  // What the oldest of them read while it was built stays with it: the refs of the generation before.
  const doomed = (GENERATIONS - KEPT - 1) * REFS
  const report = reportOf(pruned)
  expect(report.places[0]?.objects.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(doomed)
  expect(report.totals).toMatchObject({ failed: 0, left: 0, skipped: 0 })

  await registry.collectGarbage()
  const freed = before - (await registry.blobBytes())
  const said = Number(pruned.outputs['bytes-freed'])
  expect(said).toBeGreaterThan(0)
  // What prune itself leaves is a manifest of its own: its state.
  expect(Math.abs(freed - said)).toBeLessThan(2_000)

  for (const level of levels) {
    await emptyBuilder()
    expect(await buildLevel(space, registry, level)).toMatchObject({ cacheHitRatio: 1, stepsRun: 0 })
  }
  const again = await runPrune(space)
  expect(again.outputs).toMatchObject({ deleted: '0', failed: '0' })
}
