import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parsePlan } from '../../src/plan/parse-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { type ActionRun, type Event, runAction, runBuild } from '../support/e2e/run-action.ts'
import { openDoor } from '../support/e2e/door.ts'
import { buildxBuild, emptyBuilder, testbed } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** What a nightly workflow is started by. */
const SCHEDULE: Event = { name: 'schedule', ref: 'refs/heads/master', payload: 'schedule.json' }

/** Two apps on a core, on a base of the factory's own that can move. */
const FACTORY: Texts = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { stable: true, variants: { own: { from: '<registry>/e2e-<salt>-base:1' }, other: { from: '<base>' } } }
  core: { stable: true, variants: { tools: { fragment: core.Dockerfile } } }
  app: { variants-from: 'apps/*/Dockerfile' }
manifests:
  all: { base: own, core: tools, app: '*' }
  apart: { base: other, core: tools, app: serve }
`,
  'core.Dockerfile': 'RUN echo core <salt> > /core\n',
  'apps/serve/Dockerfile': 'RUN cat /core > /serve\n',
  'apps/train/Dockerfile': 'RUN cat /core > /train\n',
  'base.Dockerfile': 'FROM <base>\n',
}

/** Pushes the base as it is now. */
const pushBase = async (space: Workspace, from: '<base>' | '<base-2>'): Promise<void> => {
  await space.write({ 'base.Dockerfile': `FROM ${from}\n` })
  await buildxBuild('--file', `${space.path}/base.Dockerfile`, '--push', '--tag', `${space.image}-base:1`, space.path)
}

const planOf = ({ outputs }: ActionRun): Plan => parsePlan(readFileSync(outputs['plan-path'] ?? '', 'utf8'), 'plan')

const plan = async (space: Workspace, inputs: Texts, event?: Event, env: Texts = {}): Promise<ActionRun> => {
  const run = await runAction(space, { action: 'plan', inputs, env, ...(event === undefined ? {} : { event }) })
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

describe('a base image', () => {
  test('that moved is told with the manifests on it, which bases-only plans alone', async () => {
    await using space = await createWorkspace(FACTORY)
    await pushBase(space, '<base>')
    expect(await runBuild(space)).toMatchObject({ code: 0, errors: [] })
    const still = await plan(space, { scope: 'bases-only' })
    expect(planOf(still).items).toEqual([])
    expect(still.outputs).toMatchObject({ 'has-work': 'false' })

    await pushBase(space, '<base-2>')
    const moved = await plan(space, { scope: 'bases-only' })
    expect(planOf(moved).items.map(({ manifestId }) => manifestId)).toEqual(['serve-tools-own', 'train-tools-own'])
    expect(moved.log).toMatch(
      /-base:1 moved from [0-9a-f]{12} to [0-9a-f]{12}: 2 manifests \(serve-tools-own, train-tools-own\)/,
    )
    expect(moved.summary).toContain('Base images that moved')

    await emptyBuilder()
    const prewarmed = await runBuild(space, { inputs: { scope: 'stable' } })
    expect(prewarmed).toMatchObject({ code: 0, errors: [], outputs: { 'steps-run': '1' } })
    const reasons = prewarmed.results.items.flatMap(({ manifestId }) => manifestId)
    expect(reasons).toEqual([expect.stringMatching(/^core-tools-/)])
    expect(prewarmed.outputs['first-miss']).toContain('base image')
  })

  test('whose registry cannot be reached stays as it was in the last build', async () => {
    await using space = await createWorkspace(FACTORY)
    await pushBase(space, '<base>')
    const inputs = { only: 'serve-tools-own' }
    const digestOf = (run: ActionRun): string | undefined => planOf(run).images[0]?.digest
    let before: string | undefined
    {
      await using door = await openDoor(testbed.registry)
      const factory = (FACTORY['strata.yaml'] ?? '').replace(
        '<registry>/e2e-<salt>-base',
        `${door.address}/e2e-<salt>-base`,
      )
      await space.write({ 'strata.yaml': factory })
      expect(await runBuild(space, { inputs })).toMatchObject({ code: 0, errors: [] })
      before = digestOf(await plan(space, inputs))
    }
    const closed = await plan(space, inputs)
    expect(before).toMatch(/^sha256:/)
    expect(digestOf(closed)).toBe(before)
    expect(closed.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`-base:1 stays at ${before ?? ''}, as in the last build`),
    ])
    expect(planOf(closed).prefixes.map(({ state }) => state)).toEqual(['warm', 'warm'])
  })

  test('that is gone is an error which names the manifests on it', async () => {
    await using space = await createWorkspace(FACTORY)
    const run = await runAction(space, { action: 'plan' })
    expect(run.code).toBe(1)
    expect(run.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/-base:1 cannot be used: .*serve-tools-own, train-tools-own need it/s),
    ])
  })
})

describe('a step that keeps failing', () => {
  test('is tried less and less often by scheduled runs, until it changes', async () => {
    await using space = await createWorkspace(FACTORY)
    await pushBase(space, '<base>')
    await space.write({ 'apps/train/Dockerfile': 'RUN exit 3\n' })
    const night = (run: number) =>
      runBuild(space, { event: SCHEDULE, env: { GITHUB_RUN_NUMBER: String(run), GITHUB_WORKFLOW: 'nightly' } })
    const tried: number[] = []
    for (let run = 1; run <= 4; run++) {
      const { code, log, results } = await night(run)
      const names = results.items.map(({ manifestId }) => manifestId)
      if (names.includes('train-tools-own')) tried.push(run)
      else expect(log).toContain('train-tools-own (linux/amd64) is left out: app/train failed')
      expect(code).toBe(names.includes('train-tools-own') ? 1 : 0)
      expect(names).toContain('serve-tools-own')
    }
    expect(tried).toEqual([1, 2, 3])
    await space.write({ 'apps/train/Dockerfile': 'RUN true\n' })
    const mended = await night(5)
    expect(mended.code).toBe(0)
    expect(mended.results.items.map(({ manifestId }) => manifestId)).toContain('train-tools-own')
  })
})
