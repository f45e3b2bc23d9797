import { expect, test } from '@jest/globals'
import { deletePushedTag, listPushedLayers, listPushedTags } from '../support/e2e/registry-content.ts'
import { type BuildRun, type Event, PULL_REQUEST, runBuild } from '../support/e2e/run-action.ts'
import { docker, emptyBuilder } from '../support/e2e/testbed.ts'
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

const RELEASE: Event = { name: 'release', ref: 'refs/tags/v1', payload: 'release.json' }

test('a pinned release takes what the default branch recorded, not what somebody wrote over the tag', async () => {
  await using space = await createWorkspace({
    ...factory("{ ref: '<registry>/e2e-<salt>-cache' }"),
    // Each time it runs it makes something else, so layers tell where an image comes from.
    'core.Dockerfile': 'RUN echo <salt> && cat /proc/sys/kernel/random/uuid > /one\n',
  })
  const layers = () => listPushedLayers(space.image, 'all-linux-amd64')
  const push = { push: 'true', platforms: 'linux/amd64' }
  const release = { inputs: { ...push, cache: 'pinned' }, event: RELEASE }
  await rebuild(space, { inputs: push })
  const trusted = await layers()

  const evil = space.cache.replace(/-cache$/, '-evil')
  await rebuild(space, { inputs: { ...push, 'cache-ref': evil } })
  const poison = await layers()
  expect(poison).not.toEqual(trusted)
  const tags = await listPushedTags(space.cache)
  expect(tags).toEqual(await listPushedTags(evil))
  for (const tag of tags) {
    await docker(
      'buildx',
      'imagetools',
      'create',
      '--prefer-index=false',
      '--tag',
      `${space.cache}:${tag}`,
      `${evil}:${tag}`,
    )
  }

  const pinned = await rebuild(space, release)
  expect(pinned.outputs['steps-run']).toBe('0')
  expect(pinned.log).toContain('2 of 2 cache refs are pinned by digest in records of trusted runs')
  expect(await layers()).toEqual(trusted)
  const [item] = pinned.results.items
  expect(item?.cacheFrom.map(({ ref }) => ref)).toEqual([expect.stringMatching(/-cache@sha256:[0-9a-f]{64}$/)])
  expect(item?.cacheTo).toEqual([])

  // What is gone is built; what lies below is still taken by its digest.
  await deletePushedTag(space.cache, item?.cacheFrom[0]?.ref.replace(/^.*@/, '') ?? '')
  const less = await rebuild(space, release)
  expect(less.outputs['steps-run']).toBe('1')
  expect((await layers()).slice(0, -1)).toEqual(trusted.slice(0, -1))

  // By its tag the poison is what comes.
  await rebuild(space, { inputs: { ...push, cache: 'read' } })
  expect(await layers()).toEqual(poison)
})
