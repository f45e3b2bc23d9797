import { expect } from '@jest/globals'
import { backdate, copyBuild, openWorkbench, readBuilds, type Workbench } from './old-generations.ts'
import type { OwnRegistry } from './own-registry.ts'
import { type ActionRun, runAction, runBuild } from './run-action.ts'
import type { Texts, Workspace } from './workspace.ts'

/** A factory of two layers on one platform, once as it is and once as an older commit had it. */
export const racingFactory = ({ host }: Pick<OwnRegistry, 'host'>, level: number): Texts => {
  const factory = (value: number): string => `version: 1
name: e2e-<salt>
registry: ${host}
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile, args: { LEVEL: ${value} } } } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, core: tools, app: serve }
retention: { keep-last: 1, min-age: 1m }
`
  return {
    'strata.yaml': factory(level),
    'reverted.yaml': factory(1),
    'core.Dockerfile': 'ARG PARENT\nFROM ${PARENT}\nARG LEVEL\nRUN echo ${LEVEL} <salt> > /core\n',
    'app.Dockerfile': 'ARG PARENT\nFROM ${PARENT}\nRUN cat /core > /app\n',
  }
}

/** Generations that each round adds for the prune to delete. */
const DOOMED = 20

type Build = Awaited<ReturnType<typeof readBuilds>>[number]

const keyOf = (build: Build): string => build[0]?.layers.flatMap(({ key }) => key ?? []).join(' ') ?? ''

const succeed = async (run: Promise<ActionRun>): Promise<ActionRun> => {
  const done = await run
  expect({ ...done, log: done.code === 0 ? '' : done.log }).toMatchObject({ code: 0, errors: [], log: '' })
  return done
}

/** Refs that a build's record names and that are not there. */
const missingOf = async ({ registry, cache }: Workbench, build: Build): Promise<readonly string[]> => {
  const tags = build.flatMap(({ layers }) => layers.flatMap(({ ref }) => ref?.split(':').at(-1) ?? []))
  const heads = await Promise.all(tags.map((tag) => registry.headManifest({ ...cache, tag })))
  return tags.filter((_, index) => heads[index] === undefined)
}

/** Makes everything old and the first generation the oldest, so that nothing but what happens next protects it. */
const makeOld = async (bench: Workbench): Promise<string> => {
  const builds = await readBuilds(bench)
  const first = builds.find((build) => build[0]?.run.id === 'built-0') ?? builds[0] ?? []
  const key = keyOf(first)
  await backdate(bench, [first, ...builds.filter((build) => keyOf(build) !== key)], builds.length + 2)
  await copyBuild(bench, first, DOOMED, builds.length + 2)
  return key
}

/**
 * One round: while old generations are deleted, one job builds a new generation, and one goes back to the oldest commit,
 * whose refs the prune has just found to be needed by nobody. No build fails, and everything that the new generation
 * names is there. Of the old one a ref may go in the moment after it was found warm; then one more build has it all.
 */
export const raceOnce = async (space: Workspace, registry: OwnRegistry, round: number): Promise<void> => {
  const bench = openWorkbench(`${registry.host}/e2e-${space.salt}-cache`)
  await space.write(racingFactory(registry, round + 2))
  await succeed(runAction(space, { action: 'plan' }))
  const oldKey = await makeOld(bench)
  const old = { factory: 'reverted.yaml' }
  const [pruned] = await Promise.all([
    succeed(runAction(space, { action: 'prune', inputs: { confirm: 'true' } })),
    succeed(runBuild(space)),
    succeed(runAction(space, { action: 'plan', inputs: old })).then(() => succeed(runBuild(space, { inputs: old }))),
  ])
  expect(Number(pruned.outputs['deleted'])).toBeGreaterThan(0)
  const builds = (await readBuilds(bench)).slice(-2)
  expect(builds).toHaveLength(2)
  for (const build of builds) {
    if (keyOf(build) === oldKey && (await missingOf(bench, build)).length > 0) {
      await succeed(runBuild(space, { inputs: old }))
    }
    expect(await missingOf(bench, build)).toEqual([])
  }
}
