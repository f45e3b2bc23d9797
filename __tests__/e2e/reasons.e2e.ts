import { describe, expect, test } from '@jest/globals'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { shortPlatform } from '../../src/oci/platform.ts'
import { deleteBlobsOf, deletePushedTag, listPushedTags } from '../support/e2e/registry-content.ts'
import { recordsOf } from '../support/e2e/records-of.ts'
import { type BuildRun, PULL_REQUEST, runBuild } from '../support/e2e/run-action.ts'
import { buildxBuild, emptyBuilder } from '../support/e2e/testbed.ts'
import { createWorkspace, type Texts, type Workspace } from '../support/e2e/workspace.ts'

/** Two apps on one core, on both platforms: core has 2 steps, each app 2. */
const FACTORY = {
  'strata.yaml': `version: 1
name: e2e-<salt>
registry: <registry>
platforms: [linux/amd64, linux/arm64]
layers:
  base: { variants: { busybox: { from: '<base>' } } }
  core: { variants: { tools: { fragment: core.Dockerfile, args: { LEVEL: 1 } } } }
  app: { variants-from: 'apps/*/Dockerfile' }
manifests:
  serve: { base: busybox, core: tools, app: serve }
  train: { base: busybox, core: tools, app: train }
`,
  'core.Dockerfile': 'ARG LEVEL=0\nRUN mkdir /srv && echo "<salt> ${LEVEL}" > /srv/core\nCOPY conf/ /etc/e2e/\n',
  'apps/serve/Dockerfile': 'COPY apps/serve/files/ /srv/app/\nRUN cat /srv/core /srv/app/* > /srv/made\n',
  'apps/serve/files/main': 'serve <salt>\n',
  'apps/train/Dockerfile': 'COPY apps/train/files/ /srv/app/\nRUN cat /srv/core /srv/app/* > /srv/made\n',
  'apps/train/files/main': 'train <salt>\n',
  'conf/limits.conf': 'limits <salt>\n',
  'base.Dockerfile': 'FROM <base>\n',
}

/** For each work item its layers that ran, as `core: argument LEVEL`. */
type Reasons = Readonly<Record<string, readonly string[]>>

const reasonsOf = (run: BuildRun): Reasons =>
  Object.fromEntries(
    recordsOf(run).map(({ manifest_id: id, platform, layers }) => [
      `${id} ${shortPlatform(platform)}`,
      layers.flatMap(({ layer, reason }) =>
        reason === undefined ? [] : [`${layer}: ${reason.kind} ${reason.subject ?? ''}`.trim()],
      ),
    ]),
  )

const evidenceOf = (run: BuildRun, layer: string): readonly string[] =>
  recordsOf(run)[0]?.layers.find((each) => each.layer === layer)?.reason?.evidence ?? []

/** Builds on an emptied builder, so that nothing but the registry remembers. */
const rebuild = async (space: Workspace, inputs: Texts = {}): Promise<BuildRun> => {
  await emptyBuilder()
  const run = await runBuild(space, { inputs })
  expect(run).toMatchObject({ code: 0, errors: [] })
  return run
}

/** What every work item on each of these platforms is expected to say. */
const each = (serve: readonly string[], train = serve, platforms = ['amd64', 'arm64']): Reasons =>
  Object.fromEntries(
    platforms.flatMap((platform) => [
      [`serve ${platform}`, serve],
      [`train ${platform}`, train],
    ]),
  )

const SERVE_ONLY = { only: 'serve', platforms: 'linux/amd64' }

describe('why a layer ran', () => {
  test('is named for each kind of change, on both platforms', async () => {
    await using space = await createWorkspace(FACTORY)
    const first = await rebuild(space)
    expect(reasonsOf(first)).toEqual(each(['core: first-build', 'app: first-build']))
    const emulated = recordsOf(first).map(({ platform, builder }) => [platform, builder.emulated] as const)
    expect(new Map(emulated)).toEqual(
      new Map([
        ['linux/amd64', false],
        ['linux/arm64', true],
      ]),
    )
    expect(first.outputs).toMatchObject({ 'cache-hit-ratio': '0', 'first-miss': 'core/tools: first build' })
    const warm = await rebuild(space)
    expect(reasonsOf(warm)).toEqual(each([]))
    expect(warm.outputs).toMatchObject({ 'cache-hit-ratio': '1', 'first-miss': '', 'steps-run': '0' })

    await space.write({ 'strata.yaml': FACTORY['strata.yaml'].replace('LEVEL: 1', 'LEVEL: 2') })
    const argument = await rebuild(space)
    expect(reasonsOf(argument)).toEqual(each(['core: argument LEVEL', 'app: parent core/tools']))
    expect(argument.log + argument.summary).not.toMatch(/LEVEL\D{1,3}[12]\b/)

    await space.write({ 'apps/serve/files/main': 'another <salt>\n' })
    const content = await rebuild(space)
    expect(reasonsOf(content)).toEqual(each(['app: context-file apps/serve/files/main'], []))
    expect(evidenceOf(content, 'app')).toEqual(['file apps/serve/files/main changed'])

    await space.write({ 'apps/train/files/more': 'more\n' })
    const appeared = await rebuild(space)
    expect(reasonsOf(appeared)).toEqual(each([], ['app: context-file apps/train/files/more']))
    expect(appeared.summary).toContain('context file apps/train/files/more appeared')

    await chmod(join(space.path, 'apps/serve/files/main'), 0o755)
    const mode = await rebuild(space)
    expect(reasonsOf(mode)).toEqual(each(['app: context-file apps/serve/files/main'], []))
    expect(evidenceOf(mode, 'app')).toEqual(['file apps/serve/files/main mode 644 -> 755'])

    const core = FACTORY['core.Dockerfile'].replace('mkdir /srv', 'mkdir -p /srv')
    await space.write({ 'core.Dockerfile': core })
    const fragment = await rebuild(space)
    expect(reasonsOf(fragment)).toEqual(each(['core: fragment core.Dockerfile', 'app: parent core/tools']))
    expect(evidenceOf(fragment, 'core')).toEqual([
      'fragment core.Dockerfile changed',
      '@@ -2,1 +2,1 @@',
      expect.stringMatching(/^-RUN mkdir \/srv /),
      expect.stringMatching(/^\+RUN mkdir -p \/srv /),
    ])
  })

  test('is the base image, with both digests, when it has other layers', async () => {
    await using space = await createWorkspace(FACTORY)
    const base = `${space.image}-base:1`
    const push = (): Promise<string> =>
      buildxBuild('--file', `${space.path}/base.Dockerfile`, '--push', '--tag', base, space.path)
    const inputs = { ...SERVE_ONLY, base: `busybox=${base}` }
    await push()
    await rebuild(space, inputs)
    await space.write({ 'base.Dockerfile': 'FROM <base-2>\n' })
    await push()
    const run = await rebuild(space, inputs)
    const reasons = { 'serve amd64': [`core: base-image ${base}`, 'app: parent core/tools'] }
    expect(reasonsOf(run)).toEqual(reasons)
    const digests = /^image \S+: sha256:[0-9a-f]{64} -> sha256:[0-9a-f]{64}$/
    expect(evidenceOf(run, 'core')).toEqual([expect.stringMatching(digests)])
  })

  test('is a cache ref that was pruned, or that lost a blob', async () => {
    await using space = await createWorkspace(FACTORY)
    const inputs = { ...SERVE_ONLY, push: 'true' }
    await rebuild(space, inputs)
    const [app = ''] = (await listPushedTags(space.cache)).filter((tag) => tag.startsWith('app'))
    await deletePushedTag(space.cache, app)
    expect(reasonsOf(await rebuild(space, inputs))).toEqual({ 'serve amd64': [`app: ref-missing ${app}`] })

    await deleteBlobsOf(space.cache, app)
    const broken = await rebuild(space, inputs)
    expect(reasonsOf(broken)).toEqual({
      'serve amd64': ['core', 'app'].map((layer) => `${layer}: import-failed ${space.cache}:${app}`),
    })
    expect(evidenceOf(broken, 'app')).toEqual([expect.stringContaining('has lost a blob')])
    expect(reasonsOf(await rebuild(space, inputs))).toEqual({ 'serve amd64': [] })
  })

  test('is that BuildKit disagreed, with the step, where an image moved under an equal key', async () => {
    const contexts = `, contexts: { tool: 'docker-image://<registry>/e2e-<salt>-tool:1' }`
    await using space = await createWorkspace({
      ...FACTORY,
      'strata.yaml': FACTORY['strata.yaml'].replace('args: { LEVEL: 1 }', `args: { LEVEL: 1 }${contexts}`),
      'core.Dockerfile': `${FACTORY['core.Dockerfile']}COPY --from=tool /tool /srv/tool\n`,
      'tool.Dockerfile': 'FROM scratch\nCOPY tool /tool\n',
      tool: 'one <salt>\n',
    })
    const push = (): Promise<string> =>
      buildxBuild('--file', `${space.path}/tool.Dockerfile`, '--push', '--tag', `${space.image}-tool:1`, space.path)
    await push()
    await rebuild(space, SERVE_ONLY)
    await space.write({ tool: 'another <salt>\n' })
    await push()
    const run = await rebuild(space, SERVE_ONLY)
    expect(reasonsOf(run)).toEqual({
      'serve amd64': [expect.stringMatching(/^core: disagreed \S+:core-linux-amd64-/), 'app: parent core/tools'],
    })
    expect(evidenceOf(run, 'core')).toEqual(['line 4: COPY --from=tool /tool /srv/tool'])
  })

  test('is found by strategies whose refs are not named by content, too', async () => {
    const factory = `${FACTORY['strata.yaml']}cache: { strategy: manifest }\n`
    await using space = await createWorkspace({ ...FACTORY, 'strata.yaml': factory })
    expect(reasonsOf(await rebuild(space, SERVE_ONLY))).toEqual({
      'serve amd64': ['core: first-build', 'app: first-build'],
    })
    await space.write({ 'apps/serve/files/main': 'another\n' })
    const changed = { 'serve amd64': ['app: context-file apps/serve/files/main'] }
    expect(reasonsOf(await rebuild(space, SERVE_ONLY))).toEqual(changed)
  })
})

describe('records', () => {
  test('are kept in the registry by runs that may write, one artifact for each new generation', async () => {
    await using space = await createWorkspace(FACTORY)
    const kept = async (): Promise<readonly string[]> =>
      (await listPushedTags(`${space.cache}-records`)).filter((tag) => tag.startsWith('run-'))
    await rebuild(space, SERVE_ONLY)
    expect(await kept()).toEqual([expect.stringMatching(/^run-\d{8}t\d{6}z-local-1-all$/)])
    await rebuild(space, SERVE_ONLY)
    expect(await kept()).toHaveLength(1)

    await space.write({ 'apps/serve/files/main': 'another\n' })
    await emptyBuilder()
    const pull = await runBuild(space, { inputs: SERVE_ONLY, event: PULL_REQUEST })
    expect(reasonsOf(pull)).toEqual({ 'serve amd64': ['app: context-file apps/serve/files/main'] })
    await rebuild(space, { ...SERVE_ONLY, records: 'files' })
    expect(await kept()).toHaveLength(1)
    const none = await rebuild(space, { ...SERVE_ONLY, records: 'none' })
    expect(none.outputs['records-path']).toBe('')
  })

  test('say what was built of what, by what, and what it read and wrote', async () => {
    await using space = await createWorkspace(FACTORY)
    const [record] = recordsOf(await rebuild(space, { ...SERVE_ONLY, push: 'true' }))
    expect(record).toMatchObject({
      ...{ version: 1, kind: 'work-item', manifest_id: 'serve', platform: 'linux/amd64', verdict: 'built' },
      ...{ totalSteps: 4, cachedSteps: 0, strategy: 'layer', published: [expect.stringContaining(':serve')] },
      run: { event: 'push', branch: 'master' },
      images: [{ digest: expect.stringMatching(/^sha256:/) }],
      digest: expect.stringMatching(/^sha256:/),
    })
    const [, core, app] = record?.layers ?? []
    expect(core).toMatchObject({ layer: 'core', measured: 1, fragment: { file: 'core.Dockerfile' } })
    expect(core?.fragment?.text).toContain('ARG LEVEL=…')
    expect(Object.keys(app?.files?.['apps/serve/files/'] ?? {})).toEqual(['apps/serve/files/main'])
    const writes = record?.cacheTo ?? []
    expect(writes.map(({ layer, written }) => [layer, written])).toEqual([
      ['app', true],
      ['core', true],
    ])
    const [bytes = 0, added = 0] = [writes[0]?.bytes, writes[0]?.addedBytes]
    expect(bytes).toBeGreaterThan(0)
    expect(added).toBe(bytes)
    expect(writes[1]?.addedBytes).toBeLessThan(writes[1]?.bytes ?? 0)
  })
})
