import { describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathWithoutDocker } from '../support/e2e/docker-command.ts'
import { listPushedTags, readPushedImage } from '../support/e2e/registry-content.ts'
import { PULL_REQUEST, runAction, runBuild } from '../support/e2e/run-action.ts'
import { docker, emptyBuilder, testbed } from '../support/e2e/testbed.ts'
import { twoApps } from '../support/e2e/two-apps.ts'
import { createWorkspace } from '../support/e2e/workspace.ts'

const ONE = { only: 'serve' }

describe('no-cache, no-cache-filters and cache', () => {
  test('turn off all of the cache, that of some layers, or that of the registry', async () => {
    await using space = await createWorkspace(twoApps())
    await runBuild(space, { inputs: ONE })
    const all = await runBuild(space, { inputs: { ...ONE, 'no-cache': 'true' } })
    expect(all.outputs).toMatchObject({ 'steps-run': '4', 'cache-hit-ratio': '0' })

    const core = await runBuild(space, { inputs: { ...ONE, 'no-cache-filters': 'core' } })
    const outcomes = core.results.items[0]?.steps.map(({ layer, outcome }) => [layer, outcome])
    expect(outcomes?.slice(0, 2)).toEqual([
      ['core', 'run'],
      ['core', 'run'],
    ])

    await emptyBuilder()
    const off = await runBuild(space, { inputs: { ...ONE, cache: 'false' } })
    expect(off).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(off.outputs).toMatchObject({ 'steps-run': '4' })
    expect(off.results.items[0]).toMatchObject({ cacheFrom: [], cacheTo: [] })
  })
})

describe('cache-from and cache-to', () => {
  test('add caches of the user, and write none in a pull request', async () => {
    await using space = await createWorkspace(twoApps())
    const [written, dropped] = [join(space.temporary, 'written'), join(space.temporary, 'dropped')]
    await runBuild(space, { inputs: { ...ONE, 'cache-to': `type=local,dest=${written},mode=max` } })
    await emptyBuilder()
    const inputs = { ...ONE, 'cache-from': `type=local,src=${written}`, 'cache-to': `type=local,dest=${dropped}` }
    const elsewhere = { 'cache-ref': `${space.cache}-elsewhere` }
    const run = await runBuild(space, { inputs: { ...inputs, ...elsewhere }, event: PULL_REQUEST })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(run.outputs).toMatchObject({ 'steps-run': '0' })
    expect(existsSync(join(written, 'index.json'))).toBe(true)
    expect(existsSync(dropped)).toBe(false)
  })
})

describe('network', () => {
  test('none gives RUN steps no network', async () => {
    await using space = await createWorkspace({
      ...twoApps(),
      'fragments/train.Dockerfile': 'RUN ls /sys/class/net > /srv/train\nCMD ["cat", "/srv/train"]\n',
    })
    const run = await runBuild(space, { inputs: { only: 'train', network: 'none', load: 'true' } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    const image = run.results.items[0]?.images[0] ?? ''
    expect(await docker('run', '--rm', '--network=none', image)).toBe('lo')
    await docker('image', 'rm', '--force', image)
  })
})

describe('build-contexts', () => {
  test('give named contexts to every work item, over those of the factory file', async () => {
    const files = twoApps()
    await using space = await createWorkspace({
      ...files,
      'strata.yaml': (files['strata.yaml'] ?? '').replace(
        'serve.Dockerfile',
        'serve.Dockerfile, contexts: { src: one }',
      ),
      'fragments/serve.Dockerfile':
        'COPY --from=src text /\nCOPY --from=more extra /\nCMD ["cat", "/text", "/extra"]\n',
      'one/text': 'one <salt>\n',
      'two/text': 'two <salt>\n',
      'more/extra': 'extra <salt>\n',
    })
    const run = await runBuild(space, { inputs: { ...ONE, load: 'true', 'build-contexts': 'src=two\nmore=more' } })
    expect(run).toMatchObject({ code: 0, errors: [], warnings: [] })
    const image = run.results.items[0]?.images[0] ?? ''
    expect(await docker('run', '--rm', '--network=none', image)).toBe(`two ${space.salt}\nextra ${space.salt}`)
    await docker('image', 'rm', '--force', image)
  })
})

describe('dry-run', () => {
  test('builds nothing, needs no Docker, and writes what plain Buildx builds', async () => {
    await using space = await createWorkspace(twoApps())
    const inputs = { ...ONE, push: 'true', pull: 'true' }
    const env = { PATH: await pathWithoutDocker(space) }
    const dry = await runAction(space, { inputs: { ...inputs, 'dry-run': 'true' }, env })
    expect(dry).toMatchObject({ code: 0, errors: [], warnings: [] })
    expect(Object.keys(dry.outputs)).toEqual(['rendered-path'])
    expect(await listPushedTags(space.image)).toEqual([])

    const folder = dry.outputs['rendered-path'] ?? ''
    const file = join(folder, 'docker-bake.json')
    expect(readFileSync(join(folder, 'serve-linux-amd64.Dockerfile'), 'utf8')).toContain(`core ${space.salt}`)
    expect(readFileSync(file, 'utf8')).toContain('"pull": true')
    const bake = ['buildx', 'bake', '--builder', testbed.builder, '--file', file, `--allow=fs.read=${folder}`]
    execFileSync('docker', bake, { cwd: space.path, stdio: 'pipe' })

    const { digest } = await readPushedImage(`${space.image}:serve-linux-amd64`)
    const built = await runBuild(space, { inputs })
    expect(built.outputs).toMatchObject({ 'steps-run': '0', digest })
  })
})
