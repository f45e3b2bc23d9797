import { describe, expect, test } from '@jest/globals'
import type { WorkItemResult } from '../../src/report/results.ts'
import { listPushedTags, readPushedImage } from '../support/e2e/registry-content.ts'
import { runBuild } from '../support/e2e/run-action.ts'
import { buildxBuild, emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

/** One manifest of three layers with 5 steps, built on a base that the test may replace. */
const FACTORY = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile } } }
  light: { variants: { '1': { fragment: light.Dockerfile, args: { LEVEL: 1 } } } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, core: tools, light: '1', app: serve }
`,
  'core.Dockerfile': 'RUN mkdir /srv && echo <salt> > /srv/core\nCOPY conf/limits.conf /etc/limits.conf\n',
  'light.Dockerfile': 'ARG LEVEL=0\nRUN echo "light ${LEVEL}" > /srv/light\n',
  'app.Dockerfile': 'COPY app/ /srv/app/\nRUN cat /srv/core /srv/light /srv/app/* > /srv/made\n',
  'conf/limits.conf': 'limits\n',
  'app/main': 'app\n',
}

/** Which steps ran, as `layer line`. */
const ran = (item: WorkItemResult | undefined): readonly string[] =>
  (item?.steps ?? []).filter(({ outcome }) => outcome === 'run').map(({ layer, line }) => `${layer} ${line}`)

const ALL = ['core 1', 'core 2', 'light 2', 'app 1', 'app 2']

/** Builds on an emptied builder, so that nothing but the registry remembers, and tells which steps ran. */
const rebuild = async (space: Workspace, inputs: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
  await emptyBuilder()
  const run = await runBuild(space, { inputs })
  expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
  const steps = ran(run.results.items[0])
  expect(run.outputs).toMatchObject({ 'total-steps': '5', 'steps-run': String(steps.length) })
  return steps
}

/** Pushes what `base.Dockerfile` says, with a label: with another label, it is another image with the very layers. */
const pushBase = (space: Workspace, reference: string, label: string): Promise<string> =>
  buildxBuild(
    '--file',
    `${space.path}/base.Dockerfile`,
    '--label',
    `e2e=${label}`,
    '--push',
    '--tag',
    reference,
    space.path,
  )

describe('what runs again', () => {
  test('is what a change can have changed, and what stands above it', async () => {
    await using space = await createWorkspace(FACTORY)
    expect(await rebuild(space)).toEqual(ALL)
    expect(await rebuild(space)).toEqual([])

    await space.write({ 'app.Dockerfile': 'COPY app/ /srv/app/\nRUN cat /srv/app/* > /srv/made\n' })
    expect(await rebuild(space)).toEqual(['app 2'])

    await space.write({ 'app/main': 'another app\n' })
    expect(await rebuild(space)).toEqual(['app 1', 'app 2'])

    await space.write({ 'strata.yaml': FACTORY['strata.yaml'].replace('LEVEL: 1', 'LEVEL: 2') })
    expect(await rebuild(space)).toEqual(['light 2', 'app 1', 'app 2'])

    await space.write({ 'conf/limits.conf': 'other limits\n' })
    expect(await rebuild(space)).toEqual(['core 2', 'light 2', 'app 1', 'app 2'])

    // A comment, a file that nothing reads.
    await space.write({
      'light.Dockerfile': `# What it is for.\n${FACTORY['light.Dockerfile'].replace('LEVEL=0', 'LEVEL=0 ')}`,
      'conf/unused.conf': 'unused\n',
    })
    expect(await rebuild(space)).toEqual([])
    expect(await listPushedTags(space.cache)).toEqual(['serve-linux-amd64'])
  })

  test('is everything when the base has other layers, and nothing when only its digest moved', async () => {
    await using space = await createWorkspace({ ...FACTORY, 'base.Dockerfile': 'FROM <base>\n' })
    const base = `${space.image}-base:1`
    const inputs = { base: `busybox=${base}` }
    await pushBase(space, base, 'one')
    expect(await rebuild(space, inputs)).toEqual(ALL)

    const before = (await readPushedImage(base)).digest
    await pushBase(space, base, 'two')
    expect((await readPushedImage(base)).digest).not.toBe(before)
    expect(await rebuild(space, inputs)).toEqual([])

    await space.write({ 'base.Dockerfile': 'FROM <base-2>\n' })
    await pushBase(space, base, 'two')
    expect(await rebuild(space, inputs)).toEqual(ALL)
  })

  test('is nothing on a platform that the change does not speak of', async () => {
    const both = FACTORY['strata.yaml'].replace('[linux/amd64]', '[linux/amd64, linux/arm64]')
    const level = (arm64: number): string =>
      both.replace('LEVEL: 1', `LEVEL: { linux/amd64: 1, linux/arm64: ${arm64} }`)
    await using space = await createWorkspace({ ...FACTORY, 'strata.yaml': level(1) })
    await runBuild(space)
    await space.write({ 'strata.yaml': level(2) })
    await emptyBuilder()
    const { results } = await runBuild(space)
    expect(results.items.map((item) => [item.platform, ran(item)])).toEqual([
      ['linux/amd64', []],
      ['linux/arm64', ['light 2', 'app 1', 'app 2']],
    ])
  })
})
