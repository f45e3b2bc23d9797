import { describe, expect, test } from '@jest/globals'
import { listPushedTags, readPushedImage } from '../support/e2e/registry-content.ts'
import { runAction, runBuild } from '../support/e2e/run-action.ts'
import { docker } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

describe('images', () => {
  test('are pushed with the tags, labels and annotations that the inputs give', async () => {
    await using space = await createWorkspace(twoApps({ platforms: 'linux/amd64, linux/arm64' }))
    const labels = 'org.example.team=models\norg.example.text=a=b, ${HOME} %{c}'
    const inputs = {
      push: 'true',
      only: 'se*',
      platforms: 'linux/amd64',
      tags: '{app}-{arch}\nlatest',
      labels,
      annotations: 'org.example.note=one\nmanifest:org.example.level=two',
    }
    const run = await runBuild(space, { inputs })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.results.items.map(({ manifestId, platform }) => [manifestId, platform])).toEqual([
      ['serve', 'linux/amd64'],
    ])
    expect(run.results.items[0]?.images).toEqual([`${space.image}:serve-amd64`, `${space.image}:latest`])
    expect(await listPushedTags(space.image)).toEqual(['latest', 'serve-amd64'])
    const image = await readPushedImage(`${space.image}:latest`)
    expect(image).toMatchObject({
      digest: run.outputs['digest'],
      platform: 'linux/amd64',
      labels: { 'org.example.team': 'models', 'org.example.text': 'a=b, ${HOME} %{c}' },
      annotations: { 'org.example.note': 'one', 'org.example.level': 'two' },
    })
  })

  test('are loaded into the engine and not pushed', async () => {
    await using space = await createWorkspace(twoApps())
    const run = await runBuild(space, { inputs: { load: 'true', only: 'serve' } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    const loaded = await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', space.image)
    expect(loaded).toBe(`${space.image}:serve-linux-amd64`)
    const printed = await docker('run', '--rm', '--network=none', loaded)
    expect(printed).toBe(`core ${space.salt} 3.10\nlimits ${space.salt}\nx86_64`)
    await docker('image', 'rm', '--force', loaded)
    expect(await listPushedTags(space.image)).toEqual([])
  })

  test('are neither pushed nor loaded when nobody asks, and go to the registry of the input', async () => {
    await using space = await createWorkspace(twoApps())
    const named = `<registry>/e2e-<salt>-other`
    const run = await runBuild(space, { inputs: { only: 'train', registry: space.fill(named) } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(await docker('image', 'ls', '--quiet', '--filter', `reference=*/*/e2e-${space.salt}*`)).toBe('')
    expect(await listPushedTags(`${space.fill(named)}/e2e-${space.salt}`)).toEqual([])
    expect(await listPushedTags(`${space.fill(named)}/e2e-${space.salt}-cache`)).toEqual(['train-linux-amd64'])
  })

  test('that would overwrite each other are refused before the build', async () => {
    await using space = await createWorkspace(twoApps())
    const run = await runAction(space, { inputs: { push: 'true', tags: 'latest' } })
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.errors).toEqual([
      {
        message:
          `serve (linux/amd64) and train (linux/amd64) would both be ${space.image}:latest; ` +
          'put {manifest_id}, {os} and {arch} into input tags',
      },
    ])
    expect(await listPushedTags(space.image)).toEqual([])
  })

  test('of no manifest are an error that lists what there is', async () => {
    await using space = await createWorkspace(twoApps())
    const run = await runAction(space, { inputs: { only: 'sevre' } })
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.errors).toHaveLength(1)
    expect(run.errors[0]?.message).toContain('sevre')
    expect(run.errors[0]?.message).toContain('serve')
  })
})
