import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { platformSlug } from '../../src/oci/platform.ts'
import { startBuildkitd, whyNoBuildkitd } from '../support/e2e/buildkitd.ts'
import { published, runOf } from '../support/e2e/publish-runs.ts'
import { listPushedTags } from '../support/e2e/registry-content.ts'
import { type ActionRun, PULL_REQUEST, runAction } from '../support/e2e/run-action.ts'
import { docker } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { describeUnless } from '../support/e2e/when.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** An image of each platform, each followed by what attests to it. */
const ATTESTED = ['amd64', 'arm64'].flatMap((architecture) => [
  { os: 'linux', architecture },
  { os: 'unknown', architecture: 'unknown' },
])

const BOTH = ['linux/amd64', 'linux/arm64'] as const

/** Plans, and builds each platform in a job of its own. Records of all jobs are in the folder that is returned. */
const buildAll = async (space: Workspace, env: Texts, inputs: Texts = {}) => {
  const common = { env, inputs: { push: 'digest' } }
  const planned = await runAction(space, { ...common, action: 'plan' })
  expect(planned).toMatchObject({ code: 0, errors: [] })
  const planPath = planned.outputs['plan-path'] ?? ''
  const { include } = JSON.parse(planned.outputs['matrix'] ?? '') as {
    include: readonly { readonly id: string }[]
  }
  const folder = `${space.temporary}/records-${env['GITHUB_RUN_NUMBER'] ?? ''}`
  const runs: ActionRun[] = []
  for (const leg of include) {
    const records = `${folder}/${leg.id}.jsonl`
    const given = { leg: JSON.stringify(leg), 'plan-path': planPath, 'records-path': records }
    runs.push(await runAction(space, { env, inputs: { ...common.inputs, ...given, ...inputs } }))
  }
  return { planPath, folder, runs }
}

type Built = Awaited<ReturnType<typeof buildAll>>

const publishRun = (space: Workspace, { planPath, folder }: Built, env: Texts, inputs: Texts = {}) =>
  runAction(space, { action: 'publish', env, inputs: { 'plan-path': planPath, 'records-path': folder, ...inputs } })

type Index = {
  readonly mediaType: string
  readonly manifests: readonly { readonly digest: string; readonly platform: unknown }[]
  readonly annotations?: Texts
}

const inspect = async (reference: string): Promise<Index> =>
  JSON.parse(await docker('buildx', 'imagetools', 'inspect', '--raw', reference)) as Index

const digestOf = async (reference: string): Promise<string> => {
  const [, digest = ''] = /^Digest:\s+(\S+)$/m.exec(await docker('buildx', 'imagetools', 'inspect', reference)) ?? []
  return digest
}

/** The index that Buildx makes of the same images. */
const createdByBuildx = async (image: string, children: readonly string[]): Promise<Index> => {
  const tag = `${image}:by-buildx`
  await docker('buildx', 'imagetools', 'create', '--tag', tag, ...children.map((digest) => `${image}@${digest}`))
  return inspect(tag)
}

const platformsOf = ({ outputs }: ActionRun, manifest: number): Texts => {
  const report = JSON.parse(readFileSync(outputs['report-path'] ?? '', 'utf8')) as {
    readonly manifests: readonly { readonly platforms: Texts }[]
  }
  return report.manifests[manifest]?.platforms ?? {}
}

describe('publish, of what a builder pushed under temporary tags', () => {
  test('joins all platforms, once, runs on them, and never goes back', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH.join(', ') }))
    const env = runOf(12, 'b')
    const built = await buildAll(space, env)
    expect(built.runs.filter(({ code }) => code !== 0)).toEqual([])
    expect((await listPushedTags(space.image)).every((tag) => tag.startsWith('strata-tmp-8112-1-'))).toBe(true)

    const dry = await publishRun(space, built, env, { 'dry-run': 'true' })
    expect([dry.code, published(dry)]).toEqual([0, {}])
    const pull = await runAction(space, {
      ...{ action: 'publish', env, event: PULL_REQUEST },
      inputs: { 'plan-path': built.planPath, 'records-path': built.folder },
    })
    expect([pull.code, published(pull)]).toEqual([0, {}])

    const first = await publishRun(space, built, env)
    expect(first).toMatchObject({ code: 0, errors: [], warnings: [] })
    // The bed's docker-registry cannot delete a tag, and by digest the image would go with it.
    expect(first.summary).toContain('4 temporary tags left for prune to delete.')
    expect((await listPushedTags(space.image)).filter((tag) => tag.startsWith('strata-tmp-'))).toHaveLength(4)
    const digests = { serve: await digestOf(`${space.image}:serve`), train: await digestOf(`${space.image}:train`) }
    expect(published(first)).toEqual({
      serve: { digest: digests.serve, tags: ['serve'] },
      train: { digest: digests.train, tags: ['train'] },
    })
    const index = await inspect(`${space.image}:serve`)
    expect(index.annotations).toMatchObject({
      'org.opencontainers.image.revision': 'b'.repeat(40),
      'org.opencontainers.image.source': 'https://github.com/acme/factory',
      'dev.strata.layer.core': 'tools',
      'dev.strata.run-number': '12',
    })
    const children = Object.values(platformsOf(first, 0))
    const { annotations: _, ...ours } = index
    expect(ours).toEqual(await createdByBuildx(space.image, children))
    for (const platform of BOTH) {
      const machine = await docker('run', '--rm', '--platform', platform, `${space.image}:train`)
      expect(machine).toBe(platform === 'linux/amd64' ? 'x86_64' : 'aarch64')
    }

    const again = await publishRun(space, built, env)
    expect([again.code, published(again)]).toEqual([0, published(first)])
    const late = await publishRun(space, built, runOf(11, 'a'))
    expect([late.code, published(late), await digestOf(`${space.image}:serve`)]).toEqual([0, {}, digests.serve])
    expect(late.summary).toContain('newer already published')
    const fixed = { tags: '{manifest_id}\n{manifest_id}-{short_sha}', 'immutable-tags': 'serve' }
    const later = await publishRun(space, built, runOf(13, 'c'), fixed)
    expect(later.code).toBe(0)
    expect(await digestOf(`${space.image}:serve`)).toBe(digests.serve)
    expect(await digestOf(`${space.image}:train`)).not.toBe(digests.train)
    expect(await digestOf(`${space.image}:serve-ccccccc`)).not.toBe(digests.serve)
  })

  test('publishes what is whole with its attestations, and names what is missing', async () => {
    await using space = await createWorkspace(twoApps({ platforms: BOTH.join(', ') }))
    await space.write({
      'fragments/train.Dockerfile':
        'RUN test "$(uname -m)" = x86_64 && echo "<salt>" > /srv/train\nCMD ["cat", "/srv/train"]\n',
    })
    const env = runOf(12, 'b')
    const built = await buildAll(space, env, { provenance: 'mode=min' })
    expect(built.runs.filter(({ code }) => code !== 0)).toHaveLength(1)
    const run = await publishRun(space, built, env)
    expect(run.code).toBe(1)
    expect(run.errors.map(({ message }) => message)).toEqual(['not published: train; all others are'])
    expect(run.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^train is not published: linux\/arm64: its build failed: /),
    ])
    expect(published(run)).toEqual({ serve: { digest: await digestOf(`${space.image}:serve`), tags: ['serve'] } })
    expect(await listPushedTags(space.image)).not.toContain('train')
    const { manifests } = await inspect(`${space.image}:serve`)
    expect(manifests.map(({ platform }) => platform)).toEqual(ATTESTED)

    const [amd] = BOTH
    const part = { 'records-path': `${built.folder}/${platformSlug(amd)}-*.jsonl`, 'on-incomplete': 'warn' }
    const lacking = await publishRun(space, built, runOf(13, 'c'), part)
    expect([lacking.code, published(lacking)]).toEqual([0, {}])
    expect(JSON.parse(lacking.outputs['incomplete'] ?? '')).toEqual(['serve', 'train'])
    expect(lacking.warnings[0]?.message).toBe('serve is not published: linux/arm64: no job left a record of it')
  })
})

describeUnless(whyNoBuildkitd(), 'publish, of what a builder pushed by digest', () => {
  test('keeps attestations, and leaves no tag but those published', async () => {
    await using buildkit = await startBuildkitd()
    await using space = await createWorkspace(twoApps({ platforms: BOTH.join(', ') }))
    const builder = { builder: '', driver: 'remote', endpoint: buildkit.socket }
    const env = runOf(12, 'b')
    const built = await buildAll(space, env, { ...builder, provenance: 'mode=min' })
    expect(built.runs.filter(({ code }) => code !== 0)).toEqual([])
    expect(await listPushedTags(space.image)).toEqual([])
    const run = await publishRun(space, built, env)
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(await listPushedTags(space.image)).toEqual(['serve', 'train'])
    const { manifests } = await inspect(`${space.image}:serve`)
    expect(manifests.map(({ platform }) => platform)).toEqual(ATTESTED)
  })
})
