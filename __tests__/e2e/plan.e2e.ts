import { describe, expect, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { Leg } from '../../src/plan/leg.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { pathWithoutDocker } from '../support/e2e/docker-command.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { runAction, runBuild, type ActionRun } from '../support/e2e/run-action.ts'
import { testbed } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Workspace } from '../support/e2e/workspace.ts'

const BOTH = 'linux/amd64, linux/arm64'

/** Plans on a machine without Docker. */
const runPlan = async (space: Workspace, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> =>
  runAction(space, { action: 'plan', inputs, env: { PATH: await pathWithoutDocker(space), DOCKER_HOST: undefined } })

const legsOf = ({ outputs }: ActionRun): readonly Leg[] =>
  (JSON.parse(outputs['matrix'] ?? '') as { readonly include: readonly Leg[] }).include

const readPlan = ({ outputs }: ActionRun): Plan => JSON.parse(readFileSync(outputs['plan-path'] ?? '', 'utf8')) as Plan

/** `${{ toJSON(matrix) }}` of the leg, as GitHub indents it. */
const legInput = (legs: readonly Leg[], id: string): string =>
  JSON.stringify(
    legs.find((leg) => leg.id === id),
    null,
    2,
  )

describe('the plan', () => {
  test('is a matrix whose legs build exactly their own work items, without Docker', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const plan = await runPlan(space)
    expect(plan).toMatchObject({ code: 0, errors: [], warnings: [] })
    const legs = legsOf(plan)
    expect(plan.outputs).toMatchObject({ 'has-work': 'true', count: String(legs.length) })
    const { images, digest, items, legs: planLegs } = readPlan(plan)
    const inLegs = planLegs.flatMap((each) => each.items.map((index) => [items[index]?.manifestId, each.leg.platform]))
    expect(inLegs.toSorted()).toEqual([
      ['serve', 'linux/amd64'],
      ['serve', 'linux/arm64'],
      ['train', 'linux/amd64'],
      ['train', 'linux/arm64'],
    ])
    expect(legs).toEqual(planLegs.map((each) => each.leg))
    expect(new Set(legs.flatMap(({ id, name }) => [id, name])).size).toBe(2 * legs.length)
    expect(images).toMatchObject([{ reference: testbed.base, platforms: ['linux/amd64', 'linux/arm64'] }])
    expect(images[0]?.pinned).toMatch(/@sha256:[0-9a-f]{64}$/)
    expect(legs.map((leg) => leg['plan-digest'])).toEqual(legs.map(() => digest))
    // The runner drops an output in which a masked value stands, and hosts of registries often hold one.
    expect(plan.outputs['matrix']).not.toContain(testbed.registry)
    expect(plan.summary).toContain('serve')

    const own = planLegs.find((each) => each.leg.platform === 'linux/amd64')
    const ids = own?.items.flatMap((index) => items[index]?.manifestId ?? []) ?? []
    const leg = legInput(legs, own?.leg.id ?? '')
    const planned = await runBuild(space, {
      inputs: { push: 'true', leg, 'plan-path': plan.outputs['plan-path'] ?? '' },
    })
    expect(planned).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(planned.results).toMatchObject({
      leg: own?.leg.id,
      items: ids.map((manifestId) => ({ manifestId, platform: 'linux/amd64' })),
    })
    expect(planned.results.items).toHaveLength(ids.length)
    expect(await listPushedTags(space.image)).toEqual(ids.map((id) => `${id}-linux-amd64`).sort())

    // The records of the legs are news to a leg that plans for itself.
    const alone = await runBuild(space, { inputs: { push: 'true', leg } })
    const other = { message: expect.stringMatching(/^leg .* was planned as .* or a record changed$/) }
    expect(alone).toMatchObject({ code: 0, errors: [], warnings: [other] })
    expect(alone.outputs).toMatchObject({ digest: planned.outputs['digest'], 'steps-run': '0' })
  })

  test('warns once of a file mode that git does not check out, as every job does', async () => {
    await using space = await createWorkspace(twoApps())
    await chmod(join(space.path, 'conf/limits.conf'), 0o664)
    const warned = [{ title: 'File modes', message: expect.stringContaining('conf/limits.conf with 664') }]
    const plan = await runPlan(space, { lint: 'warn' })
    expect(plan.warnings).toMatchObject(warned)
    expect(plan.warnings[0]).toMatchObject({ file: 'fragments/core.Dockerfile' })
    const leg = legInput(legsOf(plan), legsOf(plan)[0]?.id ?? '')
    const given = await runBuild(space, { inputs: { leg, 'plan-path': plan.outputs['plan-path'] ?? '' } })
    expect(given.warnings).toMatchObject(warned)
    const alone = await runBuild(space, { inputs: { lint: 'warn' } })
    expect(alone.warnings).toMatchObject(warned)
  })

  test('holds only what the inputs ask for, and the same twice', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const inputs = {
      only: 'serve',
      platforms: 'linux/arm64',
      registry: 'registry.example/acme',
      'cache-ref': 'registry.example/cache:one',
    }
    const [first, second] = [await runPlan(space, inputs), await runPlan(space, inputs)]
    expect(legsOf(first).map(({ id, name }) => [id, name])).toEqual([['linux-arm64-1', 'arm64 · serve']])
    expect(readPlan(first)).toMatchObject({
      items: [{ image: `registry.example/acme/e2e-${space.salt}` }],
      cache: { ref: 'registry.example/cache:one' },
    })
    expect(readPlan(second).digest).toBe(readPlan(first).digest)
  })

  test('of another time is told apart by the leg', async () => {
    await using space = await createWorkspace(twoApps())
    const before = await runPlan(space)
    const files = twoApps()
    await space.write({ 'strata.yaml': (files['strata.yaml'] ?? '').replace('3.10', '3.11') })
    const leg = legInput(legsOf(before), 'linux-amd64-1')
    const run = await runBuild(space, { inputs: { leg } })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^leg linux-amd64-1 was planned as [0-9a-f]{16} and its plan is now [0-9a-f]{16}/),
    ])

    const gone = await runAction(space, { inputs: { leg: leg.replaceAll('linux-amd64-1', 'linux-amd64-99') } })
    expect(gone).toMatchObject({ code: 1, outputs: {} })
    expect(gone.errors.at(-1)?.message).toContain('the plan has no leg linux-amd64-99')
  })
})

describe('a leg', () => {
  const noPlan =
    'there is no plan file nowhere/plan.json; without input plan-path, build fetches the plan of its run by itself'

  test.each([
    [{ 'plan-path': 'nowhere/plan.json' }, noPlan],
    [{ 'plan-path': 'conf/limits.conf' }, /conf\/limits\.conf/],
    [{ leg: 'null' }, /input leg has no id/],
    [{ leg: 'amd64' }, /input leg/],
  ] as const)('with %j is refused', async (inputs, error) => {
    await using space = await createWorkspace(twoApps())
    const run = await runAction(space, { inputs, env: { PATH: await pathWithoutDocker(space) } })
    expect(run).toMatchObject({ code: 1, outputs: {} })
    const message: unknown = typeof error === 'string' ? error : expect.stringMatching(error)
    expect(run.errors).toEqual([{ message }])
  })
})

describe('a factory that is wrong', () => {
  test('is told by file, line and column, all mistakes at once', async () => {
    await using space = await createWorkspace({
      'strata.yaml': `version: 1
name: e2e
platfroms: [linux/amd64]
platforms: [linux/amd46]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
manifests:
  one: { base: busibox }
`,
    })
    const run = await runPlan(space)
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.errors.map(({ file, line, column }) => [file, line, column])).toEqual([
      ['strata.yaml', 3, 1],
      ['strata.yaml', 4, 13],
    ])
    expect(run.errors[0]?.message).toContain('platforms')

    await space.write({
      'strata.yaml': `version: 1
name: e2e
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
manifests:
  one: { base: busibox }
`,
    })
    const names = await runPlan(space)
    expect(names.errors).toMatchObject([{ file: 'strata.yaml', line: 7, column: 16 }])
    expect(names.errors[0]?.message).toMatch(/busibox.*busybox/)
  })

  test('is told when the file or a fragment is not there, or a fragment is wrong', async () => {
    await using space = await createWorkspace({
      ...twoApps(),
      'fragments/serve.Dockerfile': 'COPY --from=0 /a /b\n',
      'fragments/train.Dockerfile': 'ARG PARENT\nFROM ${PARENT} AS made\nRUN true\nFROM scratch\n',
    })
    const wrong = await runPlan(space)
    expect(wrong).toMatchObject({ code: 1, outputs: {} })
    expect(wrong.errors.map(({ file, line }) => [file, line])).toEqual([
      ['fragments/serve.Dockerfile', 1],
      ['fragments/train.Dockerfile', 4],
    ])

    const missing = await runPlan(space, { factory: 'other.yaml' })
    expect(missing.errors).toEqual([
      { message: expect.stringContaining('there is no factory file other.yaml') as unknown },
    ])
    expect(existsSync(join(space.path, 'other.yaml'))).toBe(false)
  })

  test('is told when a base image is not there, with the manifests that need it', async () => {
    const files = twoApps()
    await using space = await createWorkspace({
      ...files,
      'strata.yaml': (files['strata.yaml'] ?? '').replace('<base>', '<registry>/e2e-<salt>-none:1'),
    })
    const run = await runPlan(space)
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.errors).toHaveLength(1)
    expect(run.errors[0]).toMatchObject({ file: 'strata.yaml', line: 6 })
    expect(run.errors[0]?.message).toContain(`image ${testbed.registry}/e2e-${space.salt}-none:1 cannot be used`)
    expect(run.errors[0]?.message).toContain('serve, train need it')
  })
})
