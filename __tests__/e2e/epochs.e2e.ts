import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import type { CompatibilityRecord } from '../../src/records/record.ts'
import { type BuildRun, PULL_REQUEST, runBuild } from '../support/e2e/run-action.ts'
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
const reasonsOf = ({ outputs }: BuildRun): readonly string[] =>
  readFileSync(outputs['records-path'] ?? '', 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as CompatibilityRecord).layers)
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
