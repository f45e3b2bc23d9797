import { expect, test } from '@jest/globals'
import { startArtifactService } from '../support/artifact-service.ts'
import { published, runOf } from '../support/e2e/publish-runs.ts'
import { type ActionRun, runAction } from '../support/e2e/run-action.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'
import { startRegistry } from '../support/registry.ts'
import { ociError } from '../support/registry/exchange.ts'
import { each, matching } from '../support/registry/faults.ts'

const INPUTS = { push: 'digest', 'skip-unchanged': 'true' }

/** Runs the legs of a plan, each with nothing but its own line of the matrix. */
const buildLegs = async (space: Workspace, plan: ActionRun, env: Texts): Promise<readonly ActionRun[]> => {
  const { include } = JSON.parse(plan.outputs['matrix'] ?? '') as { include: readonly object[] }
  const runs: ActionRun[] = []
  for (const leg of include) {
    runs.push(await runAction(space, { env, inputs: { ...INPUTS, leg: JSON.stringify(leg) } }))
  }
  return runs
}

const messages = (commands: readonly { readonly message: string }[]): readonly string[] =>
  commands.map(({ message }) => message)

test('a push that is refused keeps its manifest back, and what is unchanged is published again', async () => {
  await using registry = await startRegistry()
  await using service = await startArtifactService()
  const files = twoApps({ platforms: 'linux/amd64, linux/arm64' })
  const factory = (files['strata.yaml'] ?? '').replace('registry: <registry>', `registry: ${registry.host}`)
  await using space = await createWorkspace({ ...files, 'strata.yaml': `${factory}tags: ["{manifest_id}-{sha}"]\n` })
  const tagsOf = () => registry.store.get(`e2e-${space.salt}`)?.tags ?? new Map<string, string>()
  const tags = (): readonly string[] => [...tagsOf().keys()].filter((tag) => !tag.startsWith('key-')).toSorted()
  const envOf = (number: number, commit: string): Texts => ({ ...runOf(number, commit), ...service.env })
  const [first, second] = [envOf(12, 'b'), envOf(13, 'c')]
  const refused = each(
    () => ociError(403, 'DENIED', 'this tag is not for you'),
    matching(/manifests\/strata-tmp-8112-1-train-linux-arm64$/, 'PUT'),
  )
  registry.faults.push(refused)

  const plan = await runAction(space, { action: 'plan', env: first, inputs: INPUTS })
  expect(plan).toMatchObject({ code: 0, errors: [], warnings: [] })
  const built = await buildLegs(space, plan, first)
  expect(built.filter(({ code }) => code !== 0)).toHaveLength(1)
  expect(tags().filter((tag) => tag.startsWith('strata-tmp-8112-1-'))).toHaveLength(3)

  const run = await runAction(space, { action: 'publish', env: first })
  expect(messages(run.errors)).toEqual(['not published: train; all others are'])
  expect(messages(run.warnings)).toEqual([
    expect.stringMatching(/^train is not published: linux\/arm64: its build failed: .*this tag is not for you/),
  ])
  const serve = `serve-${'b'.repeat(40)}`
  expect(published(run)).toEqual({ serve: { digest: tagsOf().get(serve), tags: [serve] } })
  // Those of what is published are gone; the image that was pushed waits for the other platform.
  expect(tags()).toEqual([serve, 'strata-tmp-8112-1-train-linux-amd64'])

  registry.faults.length = 0
  const again = { ...first, GITHUB_RUN_ATTEMPT: '2' }
  expect((await buildLegs(space, plan, again)).filter(({ code }) => code !== 0)).toEqual([])
  expect(await runAction(space, { action: 'publish', env: again })).toMatchObject({ code: 0, errors: [], warnings: [] })
  const both = [serve, `train-${'b'.repeat(40)}`]
  expect(tags()).toEqual(both)

  const idle = await runAction(space, { action: 'plan', env: second, inputs: INPUTS })
  expect(idle.outputs['has-work']).toBe('false')
  const later = await runAction(space, { action: 'publish', env: second })
  expect(later).toMatchObject({ code: 0, errors: [], warnings: [] })
  const moved = ['serve', 'train'].map((id) => `${id}-${'c'.repeat(40)}`)
  expect(tags()).toEqual([...both, ...moved].toSorted())
})
