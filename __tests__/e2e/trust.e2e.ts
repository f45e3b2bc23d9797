import { expect, test } from '@jest/globals'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { type BuildRun, PULL_REQUEST, runBuild } from '../support/e2e/run-action.ts'
import { emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** One app on one core: 3 steps, 2 refs. */
const factory = (cache: string): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
cache: ${cache}
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile } } }
  app: { variants: { eat: { fragment: eat.Dockerfile } } }
manifests:
  all: { base: busybox, core: tools, app: eat }
`,
  'core.Dockerfile': 'RUN echo <salt> > /one\nRUN echo two > /two\n',
  'eat.Dockerfile': 'RUN echo eat > /eat\n',
})

const rebuild = async (space: Workspace, step: Parameters<typeof runBuild>[1] = {}): Promise<BuildRun> => {
  await emptyBuilder()
  const run = await runBuild(space, step)
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

test('what a pull request wrote is read by pull requests alone', async () => {
  await using space = await createWorkspace(factory("{ untrusted-ref: '<registry>/e2e-<salt>-untrusted' }"))
  const untrusted = space.cache.replace(/-cache$/, '-untrusted')
  // The pull request comes first, so that everything the default branch needs lies where it must not look.
  const early = await rebuild(space, { event: PULL_REQUEST })
  expect(early.outputs['steps-run']).toBe('3')
  expect(early.summary).toContain('the untrusted one is read and written: a pull request of the same repository')
  expect(early.log).toContain('The trusted cache is read, and the untrusted one is read and written')
  expect(await listPushedTags(untrusted)).toHaveLength(2)

  const trusted = await rebuild(space)
  expect(trusted).toMatchObject({ warnings: [], outputs: { 'steps-run': '3' } })
  const used = trusted.results.items.flatMap(({ cacheFrom, cacheTo }) => [...cacheFrom, ...cacheTo])
  expect(used.filter(({ ref }) => ref.startsWith(untrusted))).toEqual([])
  expect(await listPushedTags(space.cache)).toHaveLength(2)

  await space.write({ 'eat.Dockerfile': 'RUN echo eat more > /eat\n' })
  const late = await rebuild(space, { event: PULL_REQUEST })
  expect(late).toMatchObject({ warnings: [], outputs: { 'steps-run': '1' } })
  const written = late.results.items.flatMap(({ cacheTo }) => cacheTo.map(({ ref }) => ref.slice(0, untrusted.length)))
  expect(written).toEqual([untrusted])
  expect(await listPushedTags(space.cache)).toHaveLength(2)
})

test('mirrors are written and read, and one that is down is skipped with one warning', async () => {
  const mirror = "'<registry>/e2e-<salt>-mirror'"
  const down = "{ ref: '127.0.0.1:9/down', write: true }"
  await using space = await createWorkspace(factory(`{ mirrors: [{ ref: ${mirror}, write: true }, ${down}] }`))
  const first = await rebuild(space)
  expect(first.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('cache mirror 127.0.0.1:9/down is skipped, as it does not answer'),
  ])
  expect(await listPushedTags(space.cache.replace(/-cache$/, '-mirror'))).toEqual(await listPushedTags(space.cache))

  // Another cluster, whose own repository is empty.
  await space.write(factory(`{ ref: '<registry>/e2e-<salt>-far', mirrors: [{ ref: ${mirror} }] }`))
  expect(await rebuild(space)).toMatchObject({ warnings: [], outputs: { 'steps-run': '0' } })
})
