import { describe, expect, test } from '@jest/globals'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { emptyBuilder } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const BOTH = 'linux/amd64, linux/arm64'

describe('where the cache lives', () => {
  test('is the repository that CACHE_REF names, unless input cache-ref names another', async () => {
    await using space = await createWorkspace(twoApps())
    const [ours, other] = [`${space.cache}-ours`, `${space.cache}-other`]
    await runBuild(space, { inputs: { only: 'train' }, env: { CACHE_REF: ours } })
    expect(await listPushedTags(ours)).toEqual(['train-linux-amd64'])
    expect(await listPushedTags(space.cache)).toEqual([])

    await runBuild(space, { inputs: { only: 'train', 'cache-ref': other }, env: { CACHE_REF: ours } })
    expect(await listPushedTags(other)).toEqual(['train-linux-amd64'])
  })

  test('is exactly the ref with the tag that CACHE_REF names, for one platform', async () => {
    await using space = await createWorkspace(twoApps())
    const env = { CACHE_REF: `${space.cache}:mine` }
    const first = await runBuild(space, { env })
    expect(first).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(first.outputs).toMatchObject({ 'steps-run': '5' })
    expect(await listPushedTags(space.cache)).toEqual(['mine'])
    for (const only of ['serve', 'train']) {
      await emptyBuilder()
      const again = await runBuild(space, { inputs: { only }, env, event: PULL_REQUEST })
      expect(again.outputs).toMatchObject({ 'steps-run': '0', 'cache-hit-ratio': '1' })
    }
  })

  test('cannot be one ref for two platforms', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    const ref = `${space.cache}:mine`
    const refused = `cache ref ${ref} has a tag and there are work items for linux/amd64, linux/arm64; expected a repository, or one platform: a cache ref holds one`
    for (const step of [{ env: { CACHE_REF: ref } }, { inputs: { 'cache-ref': ref } }]) {
      const run = await runAction(space, step)
      expect(run).toMatchObject({ code: 1, outputs: {}, errors: [{ message: refused }] })
    }
    const one = await runAction(space, { inputs: { 'cache-ref': ref, platforms: 'linux/amd64', 'dry-run': 'true' } })
    expect(one).toMatchObject({ code: 0, errors: [] })
  })
})

describe('a pull request', () => {
  test('reads the cache and writes none', async () => {
    await using space = await createWorkspace(twoApps())
    await runBuild(space, { inputs: { only: 'serve' } })
    await space.write({ 'fragments/serve.Dockerfile': 'RUN echo another > /srv/serve\n' })
    await emptyBuilder()
    // Of the ref there is, the steps of core; of those that do not exist, nothing, and nobody is warned of it.
    const serve = await runBuild(space, { inputs: { only: 'serve' }, event: PULL_REQUEST })
    expect(serve).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(serve.outputs).toMatchObject({ 'cached-steps': '2', 'steps-run': '1' })
    await emptyBuilder()
    const train = await runBuild(space, { inputs: { only: 'train', push: 'true' }, event: PULL_REQUEST })
    expect(train).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(train.outputs).toMatchObject({ 'steps-run': '3' })
    expect(train.results.cache.access).toEqual({ read: true, write: false, reason: 'a pull request only reads' })
    expect(train.results.items[0]?.cacheTo).toEqual([])
    expect(train.summary).toContain('a pull request only reads')
    expect(await listPushedTags(space.cache)).toEqual(['serve-linux-amd64'])

    await emptyBuilder()
    const unchanged = await runBuild(space, { inputs: { only: 'serve' }, event: PULL_REQUEST })
    expect(unchanged.outputs).toMatchObject({ 'steps-run': '1' })
  })
})

describe('a cache registry that nobody answers for', () => {
  test('costs one warning and no build', async () => {
    await using space = await createWorkspace(twoApps())
    const run = await runBuild(space, { inputs: { push: 'true', 'cache-ref': '127.0.0.1:1/cache' } })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.warnings).toHaveLength(1)
    expect(run.warnings[0]?.message).toContain('127.0.0.1:1/cache')
    expect(run.outputs).toMatchObject({ 'steps-run': '5', 'total-steps': '7' })
    expect(run.results.items.map(({ status }) => status)).toEqual(['built', 'built'])
    expect(run.results.items.flatMap(({ cacheTo }) => cacheTo.map(({ written }) => written))).toEqual([false, false])
    expect(await listPushedTags(space.image)).toEqual(['serve-linux-amd64', 'train-linux-amd64'])
  })
})
