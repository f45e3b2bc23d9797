import { describe, expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ArtifactService, startArtifactService } from '../support/artifact-service.ts'
import { type ActionRun, runAction } from '../support/e2e/run-action.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

/** One image from a base of the test's own registry. */
const factoryOn = (registry: TestRegistry): Texts => ({
  'strata.yaml': `version: 1
name: e2e-artifacts
registry: ${registry.host}
platforms: [linux/amd64]
layers:
  base: { variants: { os: { from: '${registry.host}/base:1' } } }
  app: { variants: { serve: { fragment: serve.Dockerfile } } }
manifests:
  serve: { base: os, app: serve }
`,
  'serve.Dockerfile': 'RUN echo serve\n',
})

/** Gives tag 1 of the base new content, and returns its digest. */
const moveBase = (registry: TestRegistry, content: string): string =>
  registry.pushImage('base', { tag: '1', layers: [content] }).digest

const planOn = (space: Workspace, env: Readonly<Record<string, string>>): Promise<ActionRun> =>
  runAction(space, { action: 'plan', env })

/** The leg of the plan's one job, as `toJSON(matrix)` gives it. */
const legOf = ({ outputs, log }: ActionRun): string => {
  const { include = [] } = JSON.parse(outputs['matrix'] ?? '{}') as { readonly include?: readonly object[] }
  if (include.length === 1) return JSON.stringify(include[0])
  throw new Error(`the plan made no leg:\n${log}`)
}

const renderOn = (space: Workspace, env: Readonly<Record<string, string>>, inputs: Texts): Promise<ActionRun> =>
  runAction(space, { env, inputs: { ...inputs, 'dry-run': 'true' } })

/** Text of the one Dockerfile of a dry run. */
const dockerfileOf = ({ outputs, log }: ActionRun): string => {
  const folder = outputs['rendered-path'] ?? ''
  if (!existsSync(folder)) throw new Error(`nothing was rendered:\n${log}`)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /dockerfile/i.test(file))
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
}

/** Names of the service's methods in the order in which they were called. */
const callsTo = (service: ArtifactService): readonly string[] =>
  service.requests.flatMap(({ path }) => /ArtifactService\/(\w+)$/.exec(path)?.[1] ?? [])

describe('the plan as an artifact', () => {
  test('gives legs in other workspaces its digests, after a base tag has moved, too', async () => {
    await using registry = await startRegistry()
    await using service = await startArtifactService()
    await using planning = await createWorkspace(factoryOn(registry))
    await using building = await createWorkspace(factoryOn(registry))

    const pinned = moveBase(registry, 'first')
    const plan = await planOn(planning, service.env)
    expect(plan).toMatchObject({ code: 0, errors: [], warnings: [], outputs: { 'has-work': 'true' } })
    expect([...service.artifacts.keys()]).toEqual([expect.stringMatching(/^strata-plan-[0-9a-f]{16}$/)])
    expect(callsTo(service)).toEqual(['CreateArtifact', 'FinalizeArtifact'])

    const moved = moveBase(registry, 'second')
    const run = await renderOn(building, service.env, { leg: legOf(plan) })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.log).toMatch(/^Plan [0-9a-f]{16}, from artifact strata-plan-/m)
    expect(dockerfileOf(run)).toContain(`@${pinned}`)
    expect(dockerfileOf(run)).not.toContain(moved)
  })

  test('is stored once when the plan job runs again and finds the same', async () => {
    await using registry = await startRegistry()
    await using service = await startArtifactService()
    await using space = await createWorkspace(factoryOn(registry))
    moveBase(registry, 'first')
    await planOn(space, service.env)
    const again = await planOn(space, service.env)
    expect(again).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(callsTo(service)).toEqual(['CreateArtifact', 'FinalizeArtifact', 'CreateArtifact'])
    expect(service.artifacts.size).toBe(1)
  })

  test('is done without when the service is down: warnings say so, and legs plan for themselves', async () => {
    await using registry = await startRegistry()
    await using space = await createWorkspace(factoryOn(registry))
    const service = await startArtifactService()
    await service.close()

    moveBase(registry, 'first')
    const plan = await planOn(space, service.env)
    expect(plan).toMatchObject({ code: 0, errors: [] })
    expect(plan.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the plan could not be stored as artifact .* legs plan for themselves: .*ECONNREFUSED$/),
    ])
    expect(existsSync(plan.outputs['plan-path'] ?? '')).toBe(true)

    const moved = moveBase(registry, 'second')
    const run = await renderOn(space, service.env, { leg: legOf(plan) })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the plan could not be fetched from artifact .*ECONNREFUSED$/),
      expect.stringContaining('an image, a file, an input, the cache or a record changed'),
    ])
    expect(dockerfileOf(run)).toContain(`@${moved}`)
  })

  test('is not looked for where plan-path names a file', async () => {
    await using registry = await startRegistry()
    await using service = await startArtifactService()
    await using space = await createWorkspace(factoryOn(registry))
    const pinned = moveBase(registry, 'first')
    const plan = await planOn(space, {})
    moveBase(registry, 'second')
    const path = plan.outputs['plan-path'] ?? ''
    const run = await renderOn(space, service.env, { leg: legOf(plan), 'plan-path': path })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.log).toContain(`from ${path}`)
    expect(dockerfileOf(run)).toContain(`@${pinned}`)
    expect(service.requests).toEqual([])
  })
})
