import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { chmod, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePlan } from '../../src/plan/parse-plan.ts'
import type { WorkItemResult } from '../../src/report/results.ts'
import { listPushedTags, readPushedImage } from '../support/e2e/registry-content.ts'
import { PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { buildxBuild, emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

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

/** Layers of which a plan says that their steps have to run. */
const calledCold = async (space: Workspace, inputs: Texts): Promise<readonly string[]> => {
  const run = await runAction(space, { action: 'plan', inputs, event: PULL_REQUEST })
  expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
  const { prefixes } = parsePlan(readFileSync(run.outputs['plan-path'] ?? '', 'utf8'), 'plan')
  return prefixes.filter(({ state }) => state === 'cold').map(({ layer }) => layer)
}

/**
 * Plans, then builds on an emptied builder, so that nothing but the registry remembers, and tells which steps ran. Every
 * layer in which one did is one that the plan called cold; those it called cold without need are `inVain`.
 */
const rebuild = async (
  space: Workspace,
  { inputs = {}, inVain = [] }: { readonly inputs?: Texts; readonly inVain?: readonly string[] } = {},
): Promise<readonly string[]> => {
  const cold = await calledCold(space, inputs)
  await emptyBuilder()
  const run = await runBuild(space, { inputs })
  expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
  const steps = ran(run.results.items[0])
  expect(run.outputs).toMatchObject({ 'total-steps': '5', 'steps-run': String(steps.length) })
  const layers = [...new Set(steps.map((step) => step.split(' ')[0]))]
  expect(cold).toEqual(expect.arrayContaining(layers))
  expect(cold.filter((layer) => !layers.includes(layer))).toEqual(inVain)
  expect(run.results.disagreed).toEqual({ steps: 0, refs: [] })
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
    const tags = await listPushedTags(space.cache)
    expect(await rebuild(space)).toEqual([])
    expect(await listPushedTags(space.cache)).toEqual(tags)
  })

  test('is nothing where BuildKit ignores what changed: the plan, too, or it says so in vain', async () => {
    await using space = await createWorkspace(FACTORY)
    expect(await rebuild(space)).toEqual(ALL)
    const { 'app.Dockerfile': app, 'light.Dockerfile': light, 'core.Dockerfile': core } = FACTORY
    // Settings of the image alone, blanks behind a keyword, comments, and a default that a value replaces.
    await space.write({
      'app.Dockerfile': `LABEL a=1\n${app}LABEL b=2\nEXPOSE 80\nCMD ["cat"]\n`,
      'core.Dockerfile': core.replace('RUN mkdir', 'RUN   mkdir'),
      'light.Dockerfile': `${light.replace('LEVEL=0', 'LEVEL=7')}# done\n`,
    })
    expect(await rebuild(space)).toEqual([])
    // A stage that nobody takes anything from.
    await space.write({
      'light.Dockerfile': `ARG PARENT\nFROM \${PARENT} AS idle\nRUN echo idle\nFROM \${PARENT}\n${light}`,
    })
    expect(await rebuild(space)).toEqual([])
    // Blanks between the words of a COPY: BuildKit reads words, the key has the text.
    await space.write({ 'core.Dockerfile': core.replace('COPY conf/limits.conf', 'COPY conf/limits.conf ') })
    expect(await rebuild(space, { inVain: ['core', 'light', 'app'] })).toEqual([])
  })

  test('is what stands above a setting behind the last step of a layer, and not that layer', async () => {
    await using space = await createWorkspace(FACTORY)
    expect(await rebuild(space)).toEqual(ALL)
    await space.write({ 'core.Dockerfile': `${FACTORY['core.Dockerfile']}ENV CORE=1\n` })
    expect(await rebuild(space)).toEqual(['light 2', 'app 1', 'app 2'])
    await space.write({ 'core.Dockerfile': `${FACTORY['core.Dockerfile']}ENV CORE=2\nUSER 0\n` })
    expect(await rebuild(space)).toEqual(['light 2', 'app 1', 'app 2'])
  })

  test('follows the mode of a file, and the options of bake', async () => {
    await using space = await createWorkspace(FACTORY)
    expect(await rebuild(space)).toEqual(ALL)
    await chmod(join(space.path, 'app/main'), 0o755)
    expect(await rebuild(space)).toEqual(['app 1', 'app 2'])
    await utimes(join(space.path, 'app/main'), 1, 1)
    expect(await rebuild(space)).toEqual([])
    await space.write({ 'strata.yaml': `${FACTORY['strata.yaml']}bake: { network: none, labels: { a: b } }\n` })
    // BuildKit keys RUN on its network, and COPY on the content that it copies.
    expect(await rebuild(space)).toEqual(['core 1', 'core 2', 'light 2', 'app 1', 'app 2'])
  })

  test('is everything when the base has other layers, and nothing when only its digest moved', async () => {
    await using space = await createWorkspace({ ...FACTORY, 'base.Dockerfile': 'FROM <base>\n' })
    const base = `${space.image}-base:1`
    const inputs = { base: `busybox=${base}` }
    await pushBase(space, base, 'one')
    expect(await rebuild(space, { inputs })).toEqual(ALL)

    const before = (await readPushedImage(base)).digest
    await pushBase(space, base, 'two')
    expect((await readPushedImage(base)).digest).not.toBe(before)
    expect(await rebuild(space, { inputs })).toEqual([])

    await space.write({ 'base.Dockerfile': 'FROM <base-2>\n' })
    await pushBase(space, base, 'two')
    expect(await rebuild(space, { inputs })).toEqual(ALL)
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
