import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { parsePlan } from '../../src/plan/parse-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { type ActionRun, PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** Two stacks of stable layers on one base, and an app on each that nobody needs to prewarm: 3 + 2 steps a platform. */
const FACTORY: Texts = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64, linux/arm64]
layers:
  base: { stable: true, variants: { busybox: { from: '<base>' } } }
  security: { stable: true, variants: { '1.0': { fragment: security.Dockerfile } } }
  core: { stable: true, variants-from: 'cores/*/Dockerfile' }
  app: { variants: { serve: { fragment: serve.Dockerfile } } }
manifests:
  all: { base: busybox, security: '1.0', core: '*', app: serve }
`,
  'security.Dockerfile': 'RUN echo security <salt> > /security\n',
  'cores/cpu/Dockerfile': 'RUN echo cpu > /core\n',
  'cores/gpu/Dockerfile': 'RUN echo gpu > /core\n',
  'serve.Dockerfile': 'RUN cat /core > /serve\n',
}

const STABLE = { scope: 'stable' }

const plan = (space: Workspace): Promise<ActionRun> => runAction(space, { action: 'plan', inputs: STABLE })

const planOf = ({ outputs }: ActionRun): Plan => parsePlan(readFileSync(outputs['plan-path'] ?? '', 'utf8'), 'plan')

const layersOf = async ({ cache }: Workspace): Promise<readonly string[]> =>
  (await listPushedTags(cache)).map((tag) => tag.replace(/-[0-9a-f]{16}$/, ''))

describe('scope stable', () => {
  test('builds the cold stable prefixes, each once, and then nothing', async () => {
    await using space = await createWorkspace(FACTORY)
    const first = await plan(space)
    expect(first).toMatchObject({ code: 0, errors: [], warnings: [], outputs: { 'has-work': 'true' } })
    const { legs, waves, items, prewarm } = planOf(first)
    const all = [...waves.flat(), ...legs]
    expect(prewarm).toBe(true)
    expect(all.map(({ leg, items: images }) => [leg.kind, images])).toEqual(all.map(() => ['wave', []]))
    expect(items.map((item) => item.layers.map(({ layer }) => layer))).toEqual(
      items.map(() => ['base', 'security', 'core']),
    )
    expect(first.summary).toContain('6 cold stable prefixes')
    let steps = 0
    for (const { leg } of all) {
      await emptyBuilder()
      const inputs = { leg: JSON.stringify(leg), 'plan-path': first.outputs['plan-path'] ?? '', push: 'true' }
      const built = await runBuild(space, { inputs })
      expect(built).toMatchObject({ code: 0, errors: [], warnings: [] })
      expect(built.results.items.flatMap(({ images }) => images)).toEqual([])
      steps += Number(built.outputs['steps-run'])
    }
    expect(steps).toBe(6)
    const layers = ['core-linux-amd64', 'core-linux-amd64', 'core-linux-arm64', 'core-linux-arm64']
    expect(await layersOf(space)).toEqual([...layers, 'security-linux-amd64', 'security-linux-arm64'])

    const again = await plan(space)
    expect(again).toMatchObject({ code: 0, warnings: [], outputs: { 'has-work': 'false', count: '0' } })
    expect(again.summary).toContain('nothing to prewarm')

    // Whoever comes next finds every stable layer warm.
    await emptyBuilder()
    const pull = await runBuild(space, { event: PULL_REQUEST })
    expect(pull).toMatchObject({ code: 0, outputs: { 'steps-run': '4' } })
  })

  test('is one job as well, and builds what changed alone', async () => {
    await using space = await createWorkspace(FACTORY)
    const all = await runBuild(space, { inputs: STABLE })
    expect(all).toMatchObject({ code: 0, errors: [], warnings: [], outputs: { 'steps-run': '6' } })
    await space.write({ 'cores/gpu/Dockerfile': 'RUN echo other > /core\n' })
    await emptyBuilder()
    const changed = await runBuild(space, { inputs: STABLE })
    expect(changed).toMatchObject({ code: 0, warnings: [], outputs: { 'steps-run': '2' } })
    expect(changed.results.items.map(({ manifestId }) => manifestId.slice(0, 8))).toEqual(['core-gpu', 'core-gpu'])
    const nothing = await runAction(space, { inputs: STABLE })
    expect(nothing).toMatchObject({ code: 0, warnings: [], outputs: { 'steps-run': '0' } })
    expect(nothing.log).toContain('No stable prefix is cold, so nothing is built')
  })

  test('leaves it be where the run may not write, or the registry cannot be asked', async () => {
    await using space = await createWorkspace(FACTORY)
    const pull = await runAction(space, { action: 'plan', inputs: STABLE, event: PULL_REQUEST })
    expect(pull).toMatchObject({ code: 0, outputs: { 'has-work': 'false' } })
    expect(pull.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('nothing is prewarmed, as this run does not write the cache'),
    ])
  })
})
