import { describe, expect, test } from '@jest/globals'
import { recordsOf } from '../support/e2e/records-of.ts'
import { type BuildRun, PULL_REQUEST, PUSH, runBuild } from '../support/e2e/run-action.ts'
import { buildAt, type Moment } from '../support/e2e/run-at.ts'
import { emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** Three layers; the one in the middle fetches something and has an age, of which the test says how long it is. */
const factory = (age: string): Texts => ({
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile } } }
  security: { ${age}variants: { '1.0': { fragment: security.Dockerfile } } }
  app: { variants: { serve: { fragment: app.Dockerfile } } }
manifests:
  serve: { base: busybox, core: tools, security: '1.0', app: serve }
`,
  'core.Dockerfile': 'RUN echo core <salt> > /core\n',
  'security.Dockerfile': `ARG PARENT
FROM \${PARENT} AS lists
RUN date +%s%N > /lists
FROM \${PARENT}
COPY --from=lists /lists /lists
RUN date +%s%N > /upgraded
`,
  'app.Dockerfile': 'RUN cat /upgraded > /app\n',
})

const build = async (space: Workspace, inputs: Texts = {}, event = {}): Promise<BuildRun> => {
  await emptyBuilder()
  const run = await runBuild(space, { inputs, ...event })
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

/** A leg that was planned on that day, and plans for itself as of it. */
const legAt = (day: string): string => JSON.stringify({ id: 'linux-amd64-1', 'planned-at': `${day}T12:00:00Z` })

/** Why each layer ran: `security: epoch`. */
const reasonsOf = (run: BuildRun): readonly string[] =>
  recordsOf(run)
    .flatMap(({ layers }) => layers)
    .flatMap(({ layer, reason }) => (reason === undefined ? [] : [`${layer}: ${reason.kind}`]))

describe('the epoch of a layer', () => {
  test('runs its steps and those above again when its time is up, and nothing below', async () => {
    await using space = await createWorkspace(factory('max-age: 7d, '))
    const first = await build(space, { leg: legAt('2026-11-01') })
    expect(first.outputs['steps-run']).toBe('5')
    expect(first.log).not.toContain('STRATA_EPOCH')
    expect((await build(space, { leg: legAt('2026-11-01') })).outputs['steps-run']).toBe('0')
    const second = await build(space, { leg: legAt('2026-11-08') })
    expect(reasonsOf(second)).toEqual(['security: epoch', 'app: parent'])
    expect(second.outputs).toMatchObject({ 'steps-run': '4', 'first-miss': 'security/1.0: epoch rolled over' })
    // Who writes no cache begins no period.
    const pull = await build(space, { leg: legAt('2026-11-29') }, { event: PULL_REQUEST })
    expect(pull.outputs['steps-run']).toBe('0')
  })

  test('is the reason for every work item on both platforms, in one bake call', async () => {
    const files = factory('max-age: 7d, ')
    const strata = (files['strata.yaml'] ?? '')
      .replace('[linux/amd64]', '[linux/amd64, linux/arm64]')
      .replace('manifests:\n', "manifests:\n  train: { base: busybox, core: tools, security: '1.0', app: train }\n")
      .replace('variants: { serve:', 'variants: { train: { fragment: train.Dockerfile }, serve:')
    await using space = await createWorkspace({ ...files, 'strata.yaml': strata, 'train.Dockerfile': 'RUN true\n' })
    const at = (day: string, number: number): Moment => ({ at: new Date(`${day}T12:00:00Z`), event: PUSH, number })
    await emptyBuilder()
    const first = await buildAt(space, at('2026-11-01', 1))
    // On each platform 1 + 3 + 2 distinct steps.
    expect(first.outputs).toMatchObject({ 'steps-run': '12', 'cache-hit-ratio': '0' })
    await emptyBuilder()
    const rolledOver = await buildAt(space, at('2026-11-08', 2))
    expect(rolledOver.outputs['steps-run']).toBe('10')
    const reasons = recordsOf(rolledOver).map(({ layers }) => layers.map(({ reason }) => reason?.kind ?? 'cached'))
    expect(reasons).toEqual(Array.from({ length: 4 }, () => ['cached', 'cached', 'epoch', 'parent']))
    await emptyBuilder()
    const again = await buildAt(space, at('2026-11-08', 3))
    expect(again.outputs).toMatchObject({ 'steps-run': '0', 'cache-hit-ratio': '1' })
  })

  test('begins when somebody refreshes the layer, and stays for those who come later', async () => {
    await using space = await createWorkspace(factory(''))
    expect((await build(space)).outputs['steps-run']).toBe('5')
    expect((await build(space)).outputs['steps-run']).toBe('0')
    const refreshed = await build(space, { refresh: 'security/*, nothing' })
    expect(refreshed.outputs['steps-run']).toBe('4')
    expect(refreshed.warnings.map(({ message }) => message)).toEqual([
      'refresh: no layer matches "nothing"; name a layer, or layer/variant',
    ])
    expect((await build(space)).outputs['steps-run']).toBe('0')
  })
})
