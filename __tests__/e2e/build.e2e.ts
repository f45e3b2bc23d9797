import { describe, expect, test } from '@jest/globals'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { listPushedTags, readPushedImage } from '../support/e2e/registry-content.ts'
import { PULL_REQUEST, runBuild } from '../support/e2e/run-action.ts'
import { docker, emptyBuilder } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const BOTH = 'linux/amd64, linux/arm64'

/** Runs an image, without a network, and returns what it prints. */
const runImage = async (reference: string, platform: string): Promise<string> => {
  const printed = await docker(
    'run',
    '--rm',
    '--pull=always',
    '--quiet',
    '--network=none',
    `--platform=${platform}`,
    reference,
  )
  await docker('image', 'rm', '--force', reference)
  return printed
}

describe('a factory of two manifests on two platforms', () => {
  test('is built, pushed, and comes from cache on another machine', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH }))
    await emptyBuilder()
    const first = await runBuild(space, { inputs: { push: 'true' } })
    expect(first).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(first.outputs).toMatchObject({
      digest: '',
      'cached-steps': '0',
      'total-steps': '14',
      'cache-hit-ratio': '0',
      'steps-run': '10',
    })

    const tags = ['serve-linux-amd64', 'serve-linux-arm64', 'train-linux-amd64', 'train-linux-arm64']
    expect(await listPushedTags(space.image)).toEqual(tags)
    expect(await listPushedTags(space.cache)).toEqual(tags)
    const served = `core ${space.salt} 3.10\nlimits ${space.salt}`
    expect(await runImage(`${space.image}:serve-linux-amd64`, 'linux/amd64')).toBe(`${served}\nx86_64`)
    expect(await runImage(`${space.image}:serve-linux-arm64`, 'linux/arm64')).toBe(`${served}\naarch64`)
    expect(await runImage(`${space.image}:train-linux-arm64`, 'linux/arm64')).toBe('aarch64')

    for (const item of first.results.items) {
      const reference = `${space.image}:${item.manifestId}-${item.platform.replace('/', '-')}`
      expect(item).toMatchObject({ status: 'built', images: [reference], cachedSteps: 0, cacheHitRatio: 0 })
      expect(await readPushedImage(reference)).toMatchObject({ digest: item.digest, platform: item.platform })
      expect(item.cacheTo).toEqual([{ ref: reference.replace(space.image, space.cache), written: true }])
    }
    const metadata = JSON.parse(first.outputs['metadata'] ?? '') as Readonly<Record<string, object>>
    expect(Object.keys(metadata).toSorted()).toEqual([
      'serve linux/amd64',
      'serve linux/arm64',
      'train linux/amd64',
      'train linux/arm64',
    ])
    expect(first.outputs['metadata']).not.toContain('provenance')
    const rendered = readdirSync(first.outputs['rendered-path'] ?? '')
    expect(rendered).toEqual(expect.arrayContaining(['docker-bake.json', ...tags.map((tag) => `${tag}.Dockerfile`)]))
    expect(first.summary).toContain(`e2e-${space.salt}: 4 work items built`)
    expect(first.summary).toContain('**0 of 14 steps from cache**')
    // Nothing that was rendered lies in the checkout.
    expect(existsSync(join(space.path, 'docker-bake.json'))).toBe(false)

    await emptyBuilder()
    const second = await runBuild(space, { inputs: { push: 'true' } })
    expect(second).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(second.outputs).toMatchObject({ 'cached-steps': '14', 'cache-hit-ratio': '1', 'steps-run': '0' })
    expect(second.results.items.map(({ digest }) => digest)).toEqual(first.results.items.map(({ digest }) => digest))
    expect(second.summary).toContain('no step ran')
  })
})

describe('one work item', () => {
  test('tells its digest, and keeps it on an emptied builder', async () => {
    await using space = await createWorkspace(twoApps())
    const inputs = { push: 'true', only: 'serve' }
    const first = await runBuild(space, { inputs })
    const { digest } = await readPushedImage(`${space.image}:serve-linux-amd64`)
    expect(first.outputs).toMatchObject({ digest, 'cached-steps': '0', 'total-steps': '4', 'steps-run': '4' })
    expect(await listPushedTags(space.image)).toEqual(['serve-linux-amd64'])

    await emptyBuilder()
    const second = await runBuild(space, { inputs })
    expect(second.outputs).toMatchObject({ digest, 'cached-steps': '4', 'cache-hit-ratio': '1', 'steps-run': '0' })
    expect(
      second.results.items[0]?.steps.map(({ layer, file, line, outcome }) => [layer, file, line, outcome]),
    ).toEqual([
      ['core', 'fragments/core.Dockerfile', 4, 'hit'],
      ['core', 'fragments/core.Dockerfile', 5, 'hit'],
      ['app', 'fragments/serve.Dockerfile', 3, 'hit'],
      ['app', 'fragments/serve.Dockerfile', 4, 'hit'],
    ])
  })
})

describe('cache strategy platform', () => {
  test('keeps all work items of a platform in one ref', async () => {
    await using space = await createWorkspace(twoApps({ strategy: 'platform' }))
    const first = await runBuild(space, { inputs: { push: 'true' } })
    expect(first).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(first.outputs).toMatchObject({ 'total-steps': '7', 'steps-run': '5' })
    expect(await listPushedTags(space.cache)).toEqual(['linux-amd64'])
    for (const only of ['serve', 'train']) {
      await emptyBuilder()
      const again = await runBuild(space, { inputs: { only }, event: PULL_REQUEST })
      expect(again.outputs).toMatchObject({ 'cache-hit-ratio': '1', 'steps-run': '0' })
    }
  })
})
